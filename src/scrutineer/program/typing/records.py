"""What typing says of a body: the type of each local, and who each call runs."""

from __future__ import annotations

from typing import Literal

import msgspec

from scrutineer.model.body import Body
from scrutineer.model.items import Bound
from scrutineer.model.types import UNKNOWN, TypeRef
from scrutineer.program.scope import Scope
from scrutineer.program.types import Signature

CallKind = Literal[
    "resolved",  # a function whose source was read
    "std",  # a function of core, alloc or std; of a trait, for a type outside the crate
    "generic",  # a method of a type parameter's trait: whoever chose the parameter wrote the code
    "dyn",  # a method of a trait object
    "closure",  # a closure written in this body; `path` is its number
    "callback",  # a closure parameter, boxed closure or function pointer is called
    "constructor",  # of a tuple struct or variant: no code runs
    "foreign",  # declared in an extern block, or generated from C headers
    "external",  # of a crate that was not read: only the path is known
    "unknown",
]
Truth = Literal["yes", "no", "unknown"]


class CallTarget(msgspec.Struct, frozen=True, gc=False):
    """Who a call runs.

    `path` is canonical (`alloc::vec::Vec::push`, `core::iter::Iterator::next`, `crate_name::module::Type::f`); of
    a trait's method it names the impl's function where that was read, else the trait's. `crate` is the root
    name of the program that holds `function` (an index there, -1 if there is none). `self_type` is the type
    whose method it is, after dereferencing. `parameter` is the type parameter of a generic call.
    `alternatives` are further functions under other cfg predicates.
    """

    kind: CallKind
    path: str = ""
    crate: str = ""
    function: int = -1
    trait: str = ""
    self_type: TypeRef | None = None
    parameter: str = ""
    unsafe: Truth = "unknown"
    signature: Signature | None = None
    result: TypeRef = UNKNOWN
    alternatives: tuple[int, ...] = ()
    dereferences: int = 0  # of the receiver, through references and smart pointers
    autoref: Literal["", "&", "&mut"] = ""

    @property
    def name(self) -> str:
        """Last segment of the path."""
        return self.path.rpartition("::")[2]


UNKNOWN_CALL = CallTarget("unknown")


class TypedBody(msgspec.Struct, frozen=True):
    """A body with the types of its locals and the targets of its calls, by (block, operation).

    `closures` are parallel to `Body.closures`. `bounds` are those in scope, for questions about parameters.
    """

    body: Body
    scope: Scope
    bounds: tuple[Bound, ...]
    locals: tuple[TypeRef, ...]
    calls: dict[tuple[int, int], CallTarget]
    closures: tuple[TypedBody, ...] = ()
