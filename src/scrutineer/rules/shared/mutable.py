"""How `&mut` or a write comes out of what is shared."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.flow.values import Value
from scrutineer.model.body import Operation, Place
from scrutineer.model.items import Function
from scrutineer.model.types import TypeRef
from scrutineer.program.entries import FunctionEntry
from scrutineer.program.fields import fields_of
from scrutineer.program.program import Program
from scrutineer.rules.lifetime.signatures import references_in
from scrutineer.rules.ownership.roots import names_of, root
from scrutineer.rules.shared.clones import through_clone

_SHARED_POINTERS = frozenset({".as_ptr"})
_WRITES = frozenset(
    {"core::ptr::write", "core::ptr::copy", "core::ptr::copy_nonoverlapping", "core::ptr::write_bytes"}
)
_SLICE_MUT = frozenset({"core::slice::from_raw_parts_mut"})
_EXCHANGES = ("compare_exchange", "compare_and_swap", "fetch_")
_TRANSMUTES = frozenset({"core::intrinsics::transmute", "core::mem::transmute"})
_CELL = "core::cell::UnsafeCell"


def made_from_shared(flow: FunctionFlow) -> Iterator[tuple[Point, str]]:
    """`&mut *p`, `from_raw_parts_mut(p, n)` or a write through `p`, where `p` came from a shared reference."""
    transmuted = False
    for point, operation in flow.graph.points():
        pointer: Value | None = None
        if operation.kind == "borrow" and operation.mutable and operation.operands:
            place = operation.operands[0].place
            if place is not None and place.steps[-1:] == ("*",):
                pointer = flow.values.of_place(type(place)(place.local, place.steps[:-1], place.static))
        elif operation.kind == "call":
            path = flow.target(point).path
            if path in _SLICE_MUT and operation.operands:
                pointer = flow.values.of(operation.operands[0])
            elif path in _WRITES and operation.operands:
                at = 1 if path.endswith(("copy", "copy_nonoverlapping")) else 0
                pointer = flow.values.of(operation.operands[at])
        if pointer is not None and (why := shared_origin(flow, pointer)):
            yield point, why
        elif not transmuted and operation.kind == "call" and _transmutes_to_mutable(flow, point, operation):
            transmuted = True
            yield point, "a shared reference is transmuted to `&mut`"


def _transmutes_to_mutable(flow: FunctionFlow, point: Point, operation: Operation) -> bool:
    """Whether `transmute` makes `&mut` of `&`, as its type says or that of the function's result that it becomes."""
    given = operation.operands[0].place if operation.operands else None
    if flow.target(point).path not in _TRANSMUTES or given is None or operation.target is None:
        return False
    taken, made = flow.type_of(given), flow.type_of(operation.target)
    if taken.kind != "ref" or taken.mutable:
        return False
    if made.kind == "ref":
        return made.mutable
    if made.kind not in {"unknown", "infer"} or 0 not in names_of(flow, operation.target.local):
        return False
    lent = list(references_in(flow.entry.item.result))
    return bool(lent) and all(type_.mutable for type_ in lent)


def shared_origin(flow: FunctionFlow, value: Value, *, cast: bool = False) -> str:
    """Why a pointer may not be written through; empty where nothing shows that."""
    match value.kind:
        case "cast":
            return shared_origin(flow, value.args[0], cast=cast or value.name.startswith("*mut"))
        case "call" if value.name == ".cast_mut":
            return shared_origin(flow, value.args[0], cast=True)
        case "call" if value.name in {".cast", ".add", ".offset", ".sub", ".wrapping_add"}:
            return shared_origin(flow, value.args[0], cast=cast)
        case "call" if value.name in _SHARED_POINTERS and cast:
            return _of_as_ptr(flow, value)
        case "borrow" if value.name == "" and cast and value.args and value.args[0].place is not None:
            type_ = flow.type_of(value.args[0].place)
            return "" if _may_change(flow.program, type_) else "the pointer comes from a shared reference"
        case _:
            return ""


def _of_as_ptr(flow: FunctionFlow, value: Value) -> str:
    """`as_ptr` of a slice, vector or string lends for reading; a cell's or a raw handle's own `as_ptr` does not."""
    receiver = value.args[0].place if value.args else None
    if receiver is None:
        return ""
    type_ = flow.type_of(receiver)
    while type_.kind == "ref":
        type_ = type_.args[0]
    owner = type_.kind in {"slice", "array"} or type_.name in {
        "alloc::vec::Vec",
        "alloc::string::String",
        "str",
    }
    inner = type_.args[0] if type_.args else type_
    return (
        "`as_ptr` gives a pointer for reading only" if owner and not _may_change(flow.program, inner) else ""
    )


def _may_change(program: Program, type_: TypeRef, depth: int = 3) -> bool:
    """Whether a type may change behind a shared reference, or is not known."""
    if type_.kind in {"unknown", "infer", "param", "projection", "dyn", "pointer"}:
        return type_.kind not in {"param", "projection"}
    if type_.kind == "path" and (
        type_.name == _CELL or type_.name.startswith(("core::cell::", "core::sync::atomic::"))
    ):
        return True
    if depth and type_.kind == "path" and program.crate_of(type_.name) is not None:
        return any(
            _may_change(program, part, depth - 1) for part in (fields_of(program, type_) or {}).values()
        )
    return any(_may_change(program, arg, depth) for arg in type_.args)


def mutable_result(program: Program, entry: FunctionEntry) -> str:
    """Why a safe function's `&mut` result is not unique: nothing mutable went in; empty where it may be."""
    item = entry.item
    if item.unsafe or not _returns_mutable(item.result) or (item.result.args[:1] and _is_view(item.result)):
        return ""
    signature = program.resolver.signature(entry.index)
    if any(_lends_mutable(type_) for type_ in signature.parameters):
        return through_clone(program, entry)
    if not any(type_.kind == "ref" for type_ in signature.parameters) or _takes_value(item):
        return ""
    return "only shared references go in"


def _returns_mutable(type_: TypeRef) -> bool:
    if type_.kind == "ref":
        return type_.mutable
    return (
        type_.kind == "path"
        and type_.last in {"Option", "Result"}
        and bool(type_.args)
        and _returns_mutable(type_.args[0])
    )


def _is_view(type_: TypeRef) -> bool:
    """`&mut UnsafeCell<T>`-like results lend nothing that the shared side reads plainly."""
    return type_.kind == "ref" and bool(type_.args) and type_.args[0].last in {"MaybeUninit", "UnsafeCell"}


def _lends_mutable(type_: TypeRef) -> bool:
    """Whether a parameter brings something unique: `&mut T`, an owned value, a pinned or wrapped `&mut`."""
    if type_.kind == "ref":
        return type_.mutable
    return _is_owner(type_)


def _is_owner(type_: TypeRef) -> bool:
    return type_.kind in {
        "path",
        "param",
        "tuple",
        "array",
        "pointer",
        "impl",
        "dyn",
        "fn",
    } and not _is_number(type_)


def _is_number(type_: TypeRef) -> bool:
    return type_.kind == "path" and (
        (type_.name[:1] in "iuf" and type_.name[1:].isdigit()) or type_.name in {"usize", "isize", "bool"}
    )


def _takes_value(item: Function) -> bool:
    """An arena's `alloc(&self, value) -> &mut T` makes a new place for each call: it is given what goes there."""
    return any(not _is_number(given.type) for given in item.parameters if given.name != "self")


def takes_turns(flow: FunctionFlow | None, depth: int = 2) -> bool:
    """Whether a function, or one that it calls, exchanges an atomic: it may find out so that it is the only one."""
    if flow is None:
        return False
    for point, operation in flow.graph.points():
        target = flow.target(point)
        called = operation.callee.name.rpartition("::")[2] if operation.callee is not None else ""
        swaps = called == "swap" and target.path.startswith("core::sync::atomic::")
        if swaps or called.startswith(_EXCHANGES):
            return True
        resolved = target.kind == "resolved" and target.crate == flow.program.root
        if resolved and depth and takes_turns(flow.flow_of(target.function), depth - 1):
            return True
    return False


def lends_static(flow: FunctionFlow) -> str:
    """The `static mut` to which a safe function without parameters gives `&'static mut` at each call; empty if none."""
    item = flow.entry.item
    if (
        item.unsafe
        or item.parameters
        or item.receiver
        or item.result.kind != "ref"
        or not item.result.mutable
    ):
        return ""
    made = root(flow, Place(0), sure=True)
    return made.static.rpartition("::")[2] if made.local < 0 else ""
