"""Locks and guards as `locks/` finds them: which lock, held how, from where to where."""

from __future__ import annotations

from typing import Literal

import msgspec

from scrutineer.model.body import Place
from scrutineer.model.span import Span

LockMode = Literal["exclusive", "shared"]


class LockId(msgspec.Struct, frozen=True, order=True):
    """A lock's identity: the type and field that hold it, and the access path in one body.

    Two ids that agree in `owner` and `field` *may be the same* lock; *the same* needs equal paths from one root
    with no write between. A static lock has its path in `field` and no owner.
    """

    owner: str  # full path of the type that has the field; "" of a static or a local
    field: str
    path: str = ""  # access path as the body writes it: `self.inner`

    def may_equal(self, other: LockId) -> bool:
        """Whether the two may be one lock on some object."""
        return (self.owner, self.field) == (other.owner, other.field)

    def __str__(self) -> str:
        """Write it as a message does."""
        return self.path or (f"{self.owner.rpartition('::')[2]}.{self.field}" if self.owner else self.field)


class Guard(msgspec.Struct, frozen=True, kw_only=True):
    """One acquisition: the local that holds the guard, its lock, and where it was taken.

    `rank` orders acquisitions of one body by their place in it. A guard that is returned or stored has escaped.
    """

    lock: LockId
    mode: LockMode
    local: int  # -1: no guard value, as with `unsafe raw.lock()` and foreign pairs
    block: int
    operation: int
    span: Span
    attempt: bool = False  # try_lock: held only on the successful branch
    parameter: bool = False  # handed in by the caller: held on entry
    escapes: bool = False


class GuardedPlace(msgspec.Struct, frozen=True, kw_only=True):
    """A place that is reached through a live guard: `inner.death_list` of `owner`'s lock."""

    lock: LockId
    owner: str  # full path of the guarded type
    steps: tuple[str, ...]
    place: Place
