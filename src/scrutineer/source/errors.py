"""What can be wrong with a target, said so that the user can act on it."""

from __future__ import annotations


class TargetError(Exception):
    """The target cannot be audited. The message names the target, the reason and what to do."""
