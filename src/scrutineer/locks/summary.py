"""What a caller needs to know of a function's locks."""

from __future__ import annotations

import msgspec

from scrutineer.model.lock import LockId, LockMode
from scrutineer.model.span import Span


class Step(msgspec.Struct, frozen=True):
    """One call on the way to an acquisition, or the acquisition itself."""

    path: str
    span: Span
    text: str


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A lock that a function takes: its place from a parameter (counted from 1) or a static (parameter 0).

    `always`: on every way through the function. `exact`: no call stands on the way to it.
    """

    lock: LockId
    mode: LockMode
    parameter: int
    steps: tuple[str, ...]
    static: str = ""
    waits: str = ""
    always: bool = False
    exact: bool = True
    chain: tuple[Step, ...] = ()


class Run(msgspec.Struct, frozen=True):
    """A function that runs what its parameter (counted from 1) is, before it returns; it holds `under` then."""

    parameter: int
    under: tuple[Taken, ...]


class Summary(msgspec.Struct, frozen=True):
    """Locks that a call of a function takes, those whose guards it returns, and closures that it runs."""

    takes: tuple[Taken, ...] = ()
    returned: tuple[Taken, ...] = ()
    runs: tuple[Run, ...] = ()
