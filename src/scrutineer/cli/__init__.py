"""Command line: words of argv to calls of the rooms below. One command per file, no logic."""
