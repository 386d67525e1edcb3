"""What can go wrong while records are read or asked; the command line turns each into a message and status 2."""

from __future__ import annotations


class RecordsError(Exception):
    """The source, the tables or the question cannot be used as asked; the message says what to change."""


class MissingExposureError(RecordsError):
    """A question lacks the figures it divides by; the message names the `ingest` option that supplies them."""
