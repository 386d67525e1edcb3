"""What a format may use besides the report itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec


class Rendering(msgspec.Struct, frozen=True):
    """How to render. `read` gives the bytes of an audited file (which may lie in an archive) or raises OSError.

    `color` allows escape sequences, `width` is in terminal cells, `hidden` counts the findings that the persona
    is not shown.
    """

    read: Callable[[str], bytes]
    color: bool = False
    width: int = 120
    hidden: int = 0


class Terminal(Protocol):
    """As much of a stream as tells a terminal from a file."""

    def isatty(self) -> bool:
        """Whether a person reads it."""
        ...


def wants_color(stream: Terminal, environment: Mapping[str, str]) -> bool:
    """Colour only for a terminal that understands it, never against NO_COLOR (https://no-color.org)."""
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return True
    return stream.isatty() and environment.get("TERM") != "dumb"
