"""What is known of the layout of a type, and of what a type parameter's bounds promise."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.model.types import TypeRef
from scrutineer.program.entries import TypeEntry
from scrutineer.program.fields import fields_of
from scrutineer.program.program import Program

_BYTES = frozenset({"u8", "i8"})
_WIDE = frozenset(
    {"u16", "i16", "u32", "i32", "u64", "i64", "u128", "i128", "usize", "isize", "f32", "f64", "char"}
)
_UNTYPED = frozenset({"u8", "i8", "core::ffi::c_void", "libc::c_void", "core::ffi::c_char", "libc::c_char"})


class _Layouts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    unspecified: frozenset[str]
    empty_bounds: frozenset[str]
    transparent: frozenset[str]


@cache
def _layouts() -> _Layouts:
    return msgspec.toml.decode((files(__package__) / "layouts.toml").read_bytes(), type=_Layouts)


def is_unspecified(type_: TypeRef) -> bool:
    """Whether a type of the standard library has a layout that may change with every release."""
    return type_.kind == "path" and type_.name in _layouts().unspecified


def pointee(type_: TypeRef) -> TypeRef | None:
    """What a reference or raw pointer points to; nothing for other types."""
    return type_.args[0] if type_.kind in {"ref", "pointer"} and type_.args else None


def peeled(type_: TypeRef) -> TypeRef:
    """The type behind all references."""
    while type_.kind == "ref" and type_.args:
        type_ = type_.args[0]
    return type_


def is_byte(type_: TypeRef) -> bool:
    """Whether values of the type are single bytes."""
    return type_.name in _BYTES


def is_untyped(type_: TypeRef) -> bool:
    """Whether a pointer to it says nothing about what is there."""
    return type_.name in _UNTYPED or (type_.kind == "tuple" and not type_.args)


def unwrapped(program: Program, type_: TypeRef) -> TypeRef:
    """The type that alone decides the layout of elements: behind wrappers and arrays (`[T; 4]` is four of `T`)."""
    while True:
        if type_.args and (type_.kind == "array" or type_.name in _layouts().transparent):
            type_ = type_.args[0]
            continue
        inner = _only_field(program, type_)
        if inner is None:
            return type_
        type_ = inner


def _only_field(program: Program, type_: TypeRef) -> TypeRef | None:
    """The field that a `repr(transparent)` struct of a crate that was read has the layout of."""
    known = program.type_entry(type_.name) if type_.kind == "path" else None
    if known is None or "transparent" not in representation(known[1]):
        return None
    fields = [each for each in (fields_of(program, type_) or {}).values() if each.last != "PhantomData"]
    return fields[0] if len(fields) == 1 and fields[0] != type_ else None


def holds_bytes(type_: TypeRef) -> bool:
    """Whether a type is a run of bytes, which may begin at any address."""
    type_ = peeled(type_)
    if type_.kind in {"slice", "array"} or type_.name in {"alloc::vec::Vec", "alloc::boxed::Box"}:
        return bool(type_.args) and (is_byte(type_.args[0]) or holds_bytes(type_.args[0]))
    return type_.name in {"str", "alloc::string::String"}


def is_wide(program: Program, type_: TypeRef) -> bool:
    """Whether a type certainly asks for an alignment above one on all usual targets, or may for some argument."""
    if type_.kind == "param" or type_.name in _WIDE:
        return True
    known = program.type_entry(type_.name) if type_.kind == "path" else None
    if known is None or known[1].item.form != "struct" or "packed" in representation(known[1]):
        return False
    scope = known[0].resolver.scope_of(known[1])
    return any(known[0].resolver.resolve(field.type, scope).name in _WIDE for field in known[1].item.fields)


def representation(entry: TypeEntry) -> str:
    """Arguments of the `repr` attributes of a type; empty for Rust's own."""
    return ",".join(each.arguments for each in entry.item.attributes if each.path == "repr")


def promises_nothing(flow: FunctionFlow, parameter: TypeRef) -> bool:
    """Whether a type parameter is bounded by nothing that says anything about its bits."""
    traits = [
        trait.name for bound in flow.typed.bounds if bound.subject == parameter for trait in bound.traits
    ]
    return parameter.kind == "param" and all(trait in _layouts().empty_bounds for trait in traits)


def is_promised(flow: FunctionFlow, parameter: TypeRef) -> bool:
    """Whether an unsafe trait, or one of a crate that was not read, bounds a parameter: its implementors promise."""
    traits = {t.name for bound in flow.typed.bounds if bound.subject == parameter for t in bound.traits}
    if parameter.name == "Self" and flow.typed.scope.trait:
        traits.add(flow.typed.scope.trait)
    infos = [flow.program.impl_index.trait(each) for each in traits]
    return parameter.kind == "param" and any(info is None or info.unsafe for info in infos)


def mentions(type_: TypeRef, wanted: TypeRef) -> bool:
    """Whether a type is, or has among its arguments, another."""
    return type_ == wanted or any(mentions(arg, wanted) for arg in type_.args)


def without_lifetimes(type_: TypeRef) -> TypeRef:
    """The type with all lifetimes left out: those never change a layout."""
    args = tuple(map(without_lifetimes, type_.args))
    return msgspec.structs.replace(type_, args=args, lifetimes=(), bindings=())
