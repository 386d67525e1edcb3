"""Runs an audit: which files are read where, what comes from a cache, and how verdicts become one report."""
