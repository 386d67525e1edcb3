"""Pointers to what has moved or gone."""
