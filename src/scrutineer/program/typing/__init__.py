"""Types and call targets of bodies, on demand."""

from __future__ import annotations

from scrutineer.program.typing.kept import Typing
from scrutineer.program.typing.records import CallTarget, TypedBody

__all__ = ["CallTarget", "TypedBody", "Typing"]
