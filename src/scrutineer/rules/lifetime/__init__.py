"""Lifetimes that are longer than what they stand for."""
