"""Scrutineer audits the unsafe boundary of systems code."""
