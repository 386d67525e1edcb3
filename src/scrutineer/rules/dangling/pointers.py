"""Raw pointers that are used after what they point into was dropped, freed, or moved elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.flow.paths import after
from scrutineer.model.body import Operation, Place
from scrutineer.model.finding import FindingClass
from scrutineer.model.types import TypeRef
from scrutineer.program.fields import fields_of
from scrutineer.program.tables.effects import Effect, effects_of
from scrutineer.rules.ownership.roots import argument, names_of, root

OWNERS = frozenset(
    {"alloc::ffi::CString", "alloc::string::String", "alloc::vec::Vec", "alloc::boxed::Box"}
    | {"std::ffi::OsString", "std::path::PathBuf"}
)
_LOOKS = frozenset({"is_null", "eq", "addr", "len"})
_DEEPEST = 3  # calls below a consuming method that are read for what they do with its memory
_TAKES = frozenset({"frees", "owns_raw"})
_REALLOCATES: Effect = "reallocates"


class Doubled(msgspec.Struct, frozen=True):
    """A place where memory has two owners, or none any more, and the operation that shows it."""

    point: Point
    other: Point
    message: str
    note: str  # what happens at `other`
    class_: FindingClass


def outlived(flow: FunctionFlow) -> Iterator[Doubled]:
    """Pointers into owned memory that are used, or returned, after the owner was dropped."""
    for local, known in enumerate(flow.typed.locals):
        if known.kind != "pointer":
            continue
        owner = root(flow, Place(local), sure=True)
        if owner.local in {local, -1} or owner.steps or not _owns(flow.type_of(owner)):
            continue
        for setter in flow.sources.setters(local):
            if setter.kind != "call" or setter.target != Place(local):
                continue
            made = flow.point_of(setter)
            found = _after_drop(flow, made, local, owner) if made is not None else None
            if found is not None:
                yield found
                break


def _owns(type_: TypeRef) -> bool:
    """Whether a value of a library type owns heap memory that goes away with it."""
    return type_.kind == "path" and type_.name in OWNERS


def _after_drop(flow: FunctionFlow, point: Point, local: int, owner: Place) -> Doubled | None:
    names = names_of(flow, local)

    def remade(_at: Point, there: Operation) -> bool:
        made = there.kind not in {"drop", "storage_dead"} and there.target is not None
        return made and there.target == Place(local)

    for gone in after(flow, point, remade):
        there = flow.operation(gone)
        if there.kind != "drop" or there.target != owner or flow.drops.decision(gone).real != "yes":
            continue
        if 0 in names:
            return Doubled(
                point,
                gone,
                "this pointer is returned, and what it points into is dropped",
                "dropped here",
                "dangling",
            )
        for use in after(flow, gone, remade):
            if uses(flow, use, names):
                return Doubled(
                    point,
                    use,
                    "what this pointer points into is dropped before it is used",
                    "used here",
                    "dangling",
                )
    return None


def uses(flow: FunctionFlow, point: Point, names: frozenset[int]) -> bool:
    """Whether an operation goes through a pointer, or hands it to somebody who may."""
    operation = flow.operation(point)
    if operation.kind in {"drop", "storage_dead", "binary", "match"}:
        return False
    for given in operation.operands:
        if given.place is None or given.place.local not in names:
            continue
        if "*" in given.place.steps:
            return True
        if operation.kind == "call" and flow.target(point).name not in _LOOKS:
            return flow.target(point).kind != "constructor"
    return False


def freed(flow: FunctionFlow) -> Iterator[Doubled]:
    """Pointers that are followed, or freed again, after what they point to was freed on the same path."""
    for point, operation in flow.graph.points():
        if operation.kind != "call":
            continue
        effects = effects_of(flow.target(point).path)
        place = argument(operation, 0)
        if place is None or not effects & _TAKES or flow.type_of(place).kind != "pointer":
            continue
        place = flow.values.of(operation.operands[0]).place or place
        for gone in _gone(flow, point, place, frees="frees" in effects):
            found = _followed_after(flow, gone, place)
            if found is not None:
                yield Doubled(point, found, "what is freed here is used afterwards", "used here", "dangling")
                break


def _gone(flow: FunctionFlow, point: Point, place: Place, *, frees: bool) -> Iterator[Point]:
    """Where memory is given back: by the call itself, or where the owner that it makes is dropped."""
    if frees:
        yield point
        return
    made = flow.operation(point).target
    if made is None or made.steps:
        return
    names = names_of(flow, made.local)
    for later in after(flow, point, lambda _at, there: _sets(there, made) or _sets(there, place)):
        there = flow.operation(later)
        dropped = there.kind == "drop" and there.target is not None and there.target.local in names
        if dropped and flow.drops.decision(later).real == "yes":
            yield later
        if there.kind == "call" and flow.target(later).path == "core::mem::drop":
            given = argument(there, 0)
            if given is not None and given.local in names:
                yield later


def _followed_after(flow: FunctionFlow, gone: Point, place: Place) -> Point | None:
    def changed(at: Point, there: Operation) -> bool:
        return _sets(there, place) and not _follows(flow, at, place)

    return next((later for later in after(flow, gone, changed) if _follows(flow, later, place)), None)


def _sets(operation: Operation, place: Place) -> bool:
    """Whether an operation gives a place, or what it lies in, a new value."""
    target = operation.target
    return (
        target is not None and operation.kind not in {"drop", "storage_dead"} and target.is_prefix_of(place)
    )


def _follows(flow: FunctionFlow, point: Point, place: Place) -> bool:
    """Whether an operation goes through a pointer, or frees what it points to."""
    operation = flow.operation(point)
    if operation.kind in {"drop", "storage_dead"}:
        return False
    for given in operation.operands:
        if given.place is None or not place.is_prefix_of(given.place):
            continue
        rest = given.place.steps[len(place.steps) :]
        if rest[:1] == ("*",):
            return True
        if operation.kind == "call" and not rest and effects_of(flow.target(point).path) & _TAKES:
            return True
    return False


def stale(flow: FunctionFlow) -> Iterator[Doubled]:
    """Handles copied out of an owner that is then consumed by what may move its memory, and used afterwards."""
    for point, operation in flow.graph.points():
        given = argument(operation, 0)
        if operation.kind != "assign" or given is None or not given.steps or operation.target is None:
            continue
        owner = Place(given.local)
        if flow.type_of(owner).kind != "path" or flow.answers.needs_drop(owner) != "yes":
            continue
        if not _is_handle(flow, flow.type_of(given)) or operation.target.steps:
            continue
        names = frozenset({operation.target.local})
        for moved in after(flow, point, lambda _at, _there: False):
            if _consumes(flow, moved, owner) and (use := _unsafe_use(flow, moved, names)) is not None:
                yield Doubled(
                    point,
                    use,
                    "this handle is copied out of an owner whose memory then moves",
                    "used here",
                    "dangling",
                )
                return


def _is_handle(flow: FunctionFlow, type_: TypeRef) -> bool:
    """Whether a type is Copy and leads to memory: a raw pointer, or a struct of the crate's around one."""
    if type_.kind == "pointer" or type_.last == "NonNull":
        return True
    copied = flow.program.properties.is_copy(type_, flow.typed.bounds) == "yes"
    fields = fields_of(flow.program, type_) if copied and type_.kind == "path" else None
    return any(field.kind == "pointer" or field.last == "NonNull" for field in (fields or {}).values())


def _consumes(flow: FunctionFlow, point: Point, owner: Place) -> bool:
    """Whether a call takes the owner by value and may reallocate or free what it owns."""
    operation = flow.operation(point)
    target = flow.target(point)
    if operation.kind != "call" or argument(operation, 0) != owner:
        return False
    if operation.operands[0].mode == "receiver" and (
        target.signature is None or target.signature.receiver != "self"
    ):
        return False
    return _reaches(flow, point, _DEEPEST)


def _reaches(flow: FunctionFlow, point: Point, depth: int) -> bool:
    target = flow.target(point)
    if _REALLOCATES in effects_of(target.path):
        return True
    if target.kind != "resolved" or target.crate != flow.program.root or depth == 0:
        return False
    inner = flow.flow_of(target.function)
    if inner is None:
        return False
    return any(
        operation.kind == "call" and _reaches(body, at, depth - 1)
        for body in inner.all_bodies()
        for at, operation in body.graph.points()
    )


def _unsafe_use(flow: FunctionFlow, moved: Point, names: frozenset[int]) -> Point | None:
    """The first use of a handle after its owner was consumed, if nothing set the handle anew."""
    for later in after(flow, moved, lambda _at, _there: False):
        operation = flow.operation(later)
        for given in operation.operands:
            if given.place is None or given.place.local not in names:
                continue
            target = flow.target(later)
            renewed = given.mode == "write" or (
                given.mode == "receiver"
                and (target.signature is None or target.signature.receiver == "&mut self")
            )
            return None if renewed else later
    return None
