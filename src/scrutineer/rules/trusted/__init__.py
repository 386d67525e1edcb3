"""Answers of safe traits that unsafe code believes."""
