"""A pointer that was published with Release, loaded with Relaxed and followed."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.model.body import Place
from scrutineer.rules.draft import Draft
from scrutineer.rules.rule import Rule
from scrutineer.rules.unit import Unit

_POINTER = "core::sync::atomic::AtomicPtr"
_PUBLISHES = frozenset({"Release", "AcqRel", "SeqCst"})
_STORES = frozenset({"store", "swap", "compare_exchange", "compare_exchange_weak", "compare_and_swap"})


class _Access(msgspec.Struct, frozen=True):
    """One call of an atomic pointer's method: which field, in which order."""

    flow: FunctionFlow
    point: Point
    field: str
    orders: tuple[str, ...]


def check(unit: Unit) -> Iterator[Draft]:
    """Report relaxed loads of a field that is published elsewhere, where the pointer is followed without a fence."""
    loads: list[_Access] = []
    published: set[str] = set()
    for entry in unit.program.functions:
        if entry.item.body_span is None or entry.item.test:
            continue
        skeleton = unit.program.files[entry.file].skeletons
        if skeleton and not any(
            call in {".load", ".store", ".swap", ".compare_exchange"} for call in skeleton[entry.number].calls
        ):
            continue
        flow = unit.flows.of(entry.index)
        if flow is None:
            continue
        for access, name in _accesses(flow):
            if name == "load" and access.orders == ("Relaxed",) and entry.item.receiver != "self":
                loads.append(access)
            elif name in _STORES and _PUBLISHES & set(access.orders):
                published.add(access.field)
    for access in loads:
        if access.field in published and not _exclusive(access) and _followed(access):
            yield _draft(access)


def _accesses(flow: FunctionFlow) -> Iterator[tuple[_Access, str]]:
    for point, operation in flow.graph.points():
        if operation.kind != "call" or operation.callee is None or not operation.operands:
            continue
        place = operation.operands[0].place
        if place is None or not flow.target(point).path.startswith(_POINTER):
            continue
        field = next(
            (step[1:] for step in reversed(flow.writes.origin(_source(flow, place)).steps) if step[0] == "."),
            "",
        )
        orders = [flow.values.of(operand) for operand in operation.operands[1:]]
        if not field:
            continue  # an atomic that is handed in: whose it is cannot be told
        names = tuple(_order(value.name or (value.place.static if value.place else "")) for value in orders)
        yield _Access(flow, point, field, tuple(name for name in names if name)), operation.callee.name


def _source(flow: FunctionFlow, place: Place) -> Place:
    """The field behind a reference that was taken before: `let bucket = self.buckets.get_unchecked(i)`."""
    value = flow.values.of_place(place)
    for part in value.walk():
        if part.place is not None and any(step[0] == "." for step in part.place.steps):
            return part.place
    return place


def _order(text: str) -> str:
    last = text.rpartition("::")[2]
    return last if last in {"Relaxed", "Acquire", "Release", "AcqRel", "SeqCst"} else ""


def _exclusive(access: _Access) -> bool:
    """Whether nobody else can be publishing meanwhile: the object itself is borrowed mutably or being dropped."""
    item = access.flow.entry.item
    shared = any(parameter.type.kind == "ref" and not parameter.type.mutable for parameter in item.parameters)
    return item.receiver == "&mut self" and not shared


def _followed(access: _Access) -> bool:
    """Whether the loaded pointer is dereferenced, with no acquire fence in the function."""
    flow = access.flow
    loaded = flow.operation(access.point).target
    if loaded is None or loaded.steps:
        return False
    points = list(flow.graph.points())
    if any(flow.target(point).path == "core::sync::atomic::fence" for point, _ in points):
        return False
    carriers = _carriers(flow, loaded.local)
    return any(
        operand.place is not None and operand.place.local in carriers and operand.place.steps[:1] == ("*",)
        for _, operation in points
        for operand in operation.operands
    )


def _carriers(flow: FunctionFlow, local: int) -> set[int]:
    """Locals that hold the loaded pointer or one computed from it."""
    carriers = {local}
    for _, operation in flow.graph.points():
        moves = operation.kind in {"assign", "cast"} or (
            operation.callee is not None and operation.callee.name in {"add", "offset", "cast", "cast_mut"}
        )
        first = operation.operands[0].place if operation.operands else None
        if (
            moves
            and operation.target is not None
            and first is not None
            and first.local in carriers
            and not first.steps
        ):
            carriers.add(operation.target.local)
    return carriers


def _draft(access: _Access) -> Draft:
    return Draft(
        path=access.flow.path,
        span=access.flow.operation(access.point).span,
        message=f"the pointer in `{access.field}` is loaded with Relaxed and followed, but others publish it with Release",
        help="load it with Acquire: otherwise what it points to may not be visible yet",
    )


RULE = Rule(
    id="relaxed-publication",
    summary="published pointers that are loaded with Relaxed and followed",
    classes=("data-race",),
    level="warning",
    confidence="medium",
    since="0.1.0",
    check=check,
)
