"""Traits that only the crate's own types can implement: no code of its users hides behind such a bound."""

from __future__ import annotations

from scrutineer.model.types import TypeRef
from scrutineer.program.memo import kept
from scrutineer.program.program import Program
from scrutineer.program.typing.records import TypedBody


def is_closed(program: Program, typed: TypedBody, type_: TypeRef) -> bool:
    """Whether a type parameter's bounds leave only concrete types of the crate's choice to stand for it."""
    return type_.kind == "param" and any(
        is_sealed(program, trait.name)
        for bound in typed.bounds
        if bound.subject == type_
        for trait in bound.traits
    )


@kept
def is_sealed(program: Program, trait: str) -> bool:
    """Whether a trait of this crate, or one that it requires, cannot be named outside and is for concrete types."""
    if trait.partition("::")[0] != program.root:
        return False
    required = {trait, *program.impl_index.supertraits(trait)}
    return any(
        not program.visibility.is_reachable(program.trait_paths[path]) and _is_for_concrete(program, path)
        for path in required
        if path in program.trait_paths
    )


def _is_for_concrete(program: Program, trait: str) -> bool:
    """Whether every impl of a trait is for a type without parameters: `impl<F: Fn()> Job for F` is anybody's."""
    scopes = [
        program.resolver.impl_scope(entry.index) for entry in program.impls if entry.item.definition < 0
    ]
    types = [scope.self_type for scope in scopes if scope.trait == trait]
    return bool(types) and all(type_ is not None and _is_concrete(type_) for type_ in types)


def _is_concrete(type_: TypeRef) -> bool:
    return type_.kind not in {"param", "projection", "unknown", "dyn"} and all(map(_is_concrete, type_.args))
