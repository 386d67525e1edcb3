"""Reads of memory as a type that it was not written as."""
