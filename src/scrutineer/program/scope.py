"""What is in scope where a type or path is written: module, generics, `Self`."""

from __future__ import annotations

import msgspec

from scrutineer.model.types import TypeRef


class Scope(msgspec.Struct, frozen=True, gc=False):
    """Where something is written.

    `types` and `consts` are generic parameters in scope, `self_type` is the resolved `Self` (of a trait: the
    parameter `Self`), `impl_` the index of the enclosing impl, `trait` the canonical path of the enclosing
    or implemented trait.
    """

    module: int
    cfg: str = ""
    types: frozenset[str] = frozenset()
    consts: frozenset[str] = frozenset()
    self_type: TypeRef | None = None
    impl_: int = -1
    trait: str = ""
    edition: str = "2021"
