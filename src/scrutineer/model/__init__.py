"""Frozen records that all rooms share. No input or output happens here."""
