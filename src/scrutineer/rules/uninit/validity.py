"""Which types have no value in memory that nothing wrote, or in memory that is all zero, and why."""

from __future__ import annotations

from scrutineer.flow.function import FunctionFlow
from scrutineer.model.types import TypeRef
from scrutineer.program.fields import fields_of, variants_of

_MAYBE = "core::mem::MaybeUninit"
_DEEPEST = 5
_OPEN = frozenset({"param", "projection", "impl", "self"})
_WRAPPERS = frozenset(
    {"core::mem::ManuallyDrop", "core::cell::UnsafeCell", "core::cell::Cell", "core::num::Wrapping"}
)
_NEVER_NULL = frozenset(
    {
        "alloc::boxed::Box", "core::ptr::NonNull", "alloc::vec::Vec", "alloc::string::String", "alloc::sync::Arc",
        "alloc::rc::Rc", "alloc::collections::VecDeque", "std::collections::HashMap", "std::collections::HashSet",
        "alloc::ffi::CString", "core::num::NonZero", "core::num::NonZeroUsize", "core::num::NonZeroU32",
    }
)  # fmt: skip


def why_invalid(flow: FunctionFlow, type_: TypeRef, depth: int = _DEEPEST) -> str:
    """Why memory that nothing wrote is no value of a type; empty where any bytes are one, or nothing is known."""
    if type_.kind in _OPEN:
        return "" if _has_unsafe_bound(flow, type_) else "no value of it is made"
    if type_.kind in {"ref", "fn"}:
        return "a reference or function pointer must lead somewhere"
    if type_.name in {"bool", "char"} or variants_of(flow.program, type_):
        return "not every pattern of bits is a value of it"
    if type_.name == _MAYBE or depth == 0:
        return ""
    if type_.kind == "path" and type_.name not in _WRAPPERS:
        if type_.name in _NEVER_NULL:
            return "its pointer must lead somewhere"
        if flow.program.properties.needs_drop(type_, flow.typed.bounds) == "yes":
            return "its destructor goes by what nothing wrote"
    return next((why for part in _parts(flow, type_) if (why := why_invalid(flow, part, depth - 1))), "")


def why_no_zero(flow: FunctionFlow, type_: TypeRef, depth: int = _DEEPEST) -> str:
    """Why a type has no all-zero value; empty where it may have one."""
    if type_.kind in {"ref", "fn"}:
        return "a reference or function pointer is never null"
    if type_.name in _NEVER_NULL:
        return "its pointer is never null"
    if type_.kind == "param":
        open_ = flow.program.visibility.is_reachable(flow.entry) and not flow.entry.item.unsafe
        if open_ and not _has_unsafe_bound(flow, type_):
            return "the caller may choose a type that has no all-zero value"
    if type_.name == _MAYBE or depth == 0 or variants_of(flow.program, type_):
        return ""
    return next((why for part in _parts(flow, type_) if (why := why_no_zero(flow, part, depth - 1))), "")


def may_be_unwritten(flow: FunctionFlow, type_: TypeRef, depth: int = _DEEPEST) -> bool:
    """Whether all of a type says itself that nothing need be there; also where the type is not known."""
    if type_.kind in {"unknown", "infer"} or type_.name == _MAYBE:
        return True
    if depth == 0 or _is_union(flow, type_):
        return True
    if type_.kind in {"array", "tuple"} or type_.name in _WRAPPERS:
        return all(may_be_unwritten(flow, arg, depth - 1) for arg in type_.args)
    parts = _parts(flow, type_)
    return bool(parts) and all(may_be_unwritten(flow, part, depth - 1) for part in parts)


def _parts(flow: FunctionFlow, type_: TypeRef) -> list[TypeRef]:
    """What a value of a type holds inside itself, as far as that is known; of a union nothing is certain."""
    if type_.kind in {"array", "slice", "tuple"} or type_.name in _WRAPPERS:
        return list(type_.args)
    if type_.kind != "path" or _is_union(flow, type_):
        return []
    return list((fields_of(flow.program, type_) or {}).values())


def _is_union(flow: FunctionFlow, type_: TypeRef) -> bool:
    owner = flow.program.crate_of(type_.name) if type_.kind == "path" else None
    entries = owner.type_paths.get(type_.name, ()) if owner is not None else ()
    return any(entry.item.form == "union" for entry in entries)


def _has_unsafe_bound(flow: FunctionFlow, type_: TypeRef) -> bool:
    """Whether a bound is an unsafe trait: its implementors promise something."""
    for bound in flow.typed.bounds:
        if bound.subject == type_:
            for trait in bound.traits:
                info = flow.program.impl_index.trait(trait.name)
                if info is None or info.unsafe:
                    return True
    return False
