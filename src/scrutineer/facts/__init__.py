"""What one file says, as records: items, unsafe blocks, comments, bodies. Depends on that file alone."""

from __future__ import annotations

from scrutineer.facts.read import read_file
from scrutineer.syntax.parse import NotReadableError

__all__ = ["NotReadableError", "read_file"]
