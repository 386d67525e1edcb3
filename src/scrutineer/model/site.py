"""Unsafe sites: one record per unsafe operation, decided with the crate in view."""

from __future__ import annotations

from typing import Literal

import msgspec

from scrutineer.model.span import Location, Span

SiteKind = Literal[
    "call",  # call of an unsafe fn
    "deref",  # dereference of a raw pointer
    "union",  # read of a union field
    "static",  # `static mut` or extern static
    "foreign",  # call of a foreign function
    "asm",
    "impl",  # `unsafe impl`
    "attribute",  # `#[unsafe(no_mangle)]` and relatives
]


class SiteId(msgspec.Struct, frozen=True, order=True):
    """`item-path#kind.ordinal`; the ordinal counts, from 0, the sites of that kind in that item."""

    item: str
    kind: SiteKind
    ordinal: int

    def __str__(self) -> str:
        """Write it as the command line takes it."""
        return f"{self.item}#{self.kind}.{self.ordinal}"


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """One unsafe operation. `certain` is false where resolution could not tell safe from unsafe.

    `callee` is the resolved path of a call, or the name as written. `function` and `file` are indexes of the
    program's tables; `block` and `operation` index the function's body (-1: no body was lowered).
    """

    id: SiteId
    location: Location
    span: Span
    certain: bool = True
    callee: str = ""
    text: str = ""
    path: str
    function: int = -1
    closure: tuple[int, ...] = ()
    block: int = -1
    operation: int = -1
    unsafe_block: int = -1
    test: bool = False

    def kind_is(self, *kinds: SiteKind) -> bool:
        """Whether the site is of one of these kinds."""
        return self.id.kind in kinds
