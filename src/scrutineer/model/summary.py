"""What a caller needs to know of a function's body."""

from __future__ import annotations

import msgspec

from scrutineer.model.body import Place


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What a call of a function may do to what its caller can reach, callees and closures included.

    Places begin in a parameter (local 1 is the first) or a static. Their steps name fields and indexing (`[`), no
    dereferences, and end after four: a place stands for all that lies inside it. Whatever is not listed does not
    happen, if `known`.
    """

    known: bool = True  # False: an unresolved call, opaque macro or foreign code may do anything besides
    user_code: bool = False  # may run code that the crate does not control: closures, traits of parameters
    unwinds: str = "no"  # as `Unwind.whose` of flow/unwinding.py
    writes: tuple[Place, ...] = ()  # through references, pointers, cells
    moves: tuple[
        Place, ...
    ] = ()  # moved or copied bitwise out of its place: `mem::take`, `ptr::read`, a part
    drops: tuple[Place, ...] = ()  # destroyed: at the end of a scope, by `drop`, by clearing a container
    escapes: tuple[Place, ...] = ()  # returned, or stored where another parameter or a static reaches it
    returns_guard: bool = False  # the result holds a lock's guard
    guards_dropped: tuple[Place, ...] = ()  # guards that were handed in and are given back here
