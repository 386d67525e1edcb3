"""Owners made of what is only shared: behind `&`, behind an atomic pointer that others load too, or still in its place."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.flow.paths import after, never
from scrutineer.model.body import Operation, Place
from scrutineer.model.types import TypeRef
from scrutineer.program.tables.effects import effects_of
from scrutineer.rules.dangling.pointers import Doubled
from scrutineer.rules.ownership.roots import (
    alive,
    argument,
    may_be_copied,
    names_of,
    pointee,
    root,
    without_references,
)
from scrutineer.rules.panic.updates import forgets, mends, sets_length
from scrutineer.rules.panic.walk import is_droppable, place_is_droppable

_HELD = frozenset({"alloc::vec::Vec", "alloc::boxed::Box", "alloc::string::String"})
_READS = frozenset({"read", "read_unaligned", "transmute_copy"})
_CHANGES = frozenset({"swap", "compare_exchange", "compare_exchange_weak", "store", "fetch_update"})
_COUNTS = frozenset({"increment_strong_count", "forget", "new"})


def shared(flow: FunctionFlow) -> Iterator[Doubled]:
    """Values that a safe function makes out of what its caller only lent, and does not forget."""
    if flow.entry.item.unsafe or flow.body.closure >= 0:
        return  # what a closure is lent often comes from an owner that knows of it: `drain().map(read)`
    for point, operation in flow.graph.points():
        made = operation.target
        if operation.kind != "call" or made is None or made.steps or not place_is_droppable(flow, made):
            continue
        target = flow.target(point)
        reads = target.kind == "std" and target.name in _READS and "duplicates" in effects_of(target.path)
        if not (reads or "owns_raw" in effects_of(target.path)):
            continue
        source = argument(operation, 0)
        owner = root(flow, source, sure=True) if source is not None else None
        if owner is None or not _is_lent(flow, owner):
            continue
        held = flow.type_of(owner) if owner.steps else flow.type_of(Place(owner.local))
        exact = without_references(held) == flow.type_of(made)
        if not (exact if reads else _is_container(without_references(held))) or may_be_copied(flow, held):
            continue
        if _kept_back(flow, point, made, owner) or (reads and _is_asked(flow, point, owner)):
            continue
        if flow.program.visibility.is_reachable(flow.entry):
            yield Doubled(
                point,
                point,
                "this makes an owner of what the caller only lent, who drops it too",
                "",
                "double-free",
            )


def _is_asked(flow: FunctionFlow, point: Point, owner: Place) -> bool:
    """Whether a look at the lent value comes first: `if self.is_inline() { read(self) }` copies what owns nothing."""
    for block in flow.graph.dominators(point.block):
        terminator = flow.body.blocks[block].terminator
        asks = terminator.kind in {"branch", "match"} and block != point.block
        if asks and any(
            place.local == owner.local for place in flow.values.of(terminator.condition).places()
        ):
            return True
    return False


def _is_lent(flow: FunctionFlow, owner: Place) -> bool:
    """Whether a place lies behind a shared reference that is a parameter, and behind no other pointer."""
    type_ = flow.type_of(Place(owner.local))
    return (
        flow.sources.is_parameter(owner)
        and type_.kind == "ref"
        and not type_.mutable
        and all(step == "*" or step[0] == "." for step in owner.steps)
        and all(
            flow.type_of(Place(owner.local, owner.steps[:end])).kind != "pointer"
            for end in range(len(owner.steps) + 1)
        )
    )


def _is_container(type_: TypeRef) -> bool:
    return type_.kind in {"slice", "array"} or type_.name in _HELD


def _kept_back(flow: FunctionFlow, point: Point, made: Place, owner: Place) -> bool:
    """Whether the new owner is forgotten, or the old one changed: then only one of them drops."""
    names = _converted(flow, names_of(flow, made.local))
    return any(
        forgets(flow, at, there, names) or (at != point and mends(flow, at, there, owner))
        for at, there in flow.graph.points()
    )


def _converted(flow: FunctionFlow, names: frozenset[int]) -> frozenset[int]:
    """Locals, and what calls that take one of them alone turn it into: `Arc::into_offset(arc)` owns what `arc` did."""
    for _, there in flow.graph.points():
        given = argument(there, 0)
        takes = there.kind == "call" and len(there.operands) == 1 and there.operands[0].mode == "use"
        if (
            takes
            and given is not None
            and not given.steps
            and given.local in names
            and there.target is not None
        ):
            names |= names_of(flow, there.target.local)
    return names


def loaded(flow: FunctionFlow) -> Iterator[Doubled]:
    """Owners made of an atomic pointer that was only loaded: two threads may both make one."""
    if flow.entry.item.receiver != "&self" or flow.entry.item.unsafe:
        return
    calls = [(point, flow.target(point)) for point, _ in flow.graph.points()]
    if any("::atomic::Atomic" in target.path and target.name in _CHANGES for _, target in calls):
        return
    for point, target in calls:
        operation = flow.operation(point)
        source = argument(operation, 0)
        if "owns_raw" not in effects_of(target.path) or source is None or operation.target is None:
            continue
        value = flow.values.of_place(source)
        if not any(part.kind == "call" and part.name == ".load" for part in value.walk()):
            continue
        if any(there.name in _COUNTS for _, there in calls if there.kind == "std"):
            continue
        yield Doubled(
            point,
            point,
            "this owns what an atomic load gave: another thread may load it too",
            "",
            "double-free",
        )


def bitwise(flow: FunctionFlow) -> Iterator[Doubled]:
    """Elements copied bit by bit into another owner, while the one that they came from drops them too."""
    for point, operation in flow.graph.points():
        places = argument(operation, 0), argument(operation, 1)
        if operation.kind != "call" or flow.target(point).name not in {"copy", "copy_nonoverlapping"}:
            continue
        if places[0] is None or places[1] is None or not is_droppable(flow, pointee(flow, places[0])):
            continue
        source, into = root(flow, places[0], sure=True), root(flow, places[1], sure=True)
        if source.local == into.local or source.steps or not _still_drops(flow, point, source):
            continue
        if _counts_as_its_own(flow, point, into) and not _let_go(flow, source):
            yield Doubled(
                point,
                point,
                "this copies elements that the place they come from drops too",
                "",
                "double-free",
            )


def _still_drops(flow: FunctionFlow, point: Point, source: Place) -> bool:
    held = flow.type_of(source)
    if held.kind == "ref":
        lent = flow.sources.is_parameter(source) and not held.mutable and not flow.entry.item.unsafe
        return lent and _is_container(without_references(held))
    return _is_container(held) and alive(flow, source.local, point)


def _counts_as_its_own(flow: FunctionFlow, point: Point, into: Place) -> bool:
    for later in after(flow, point, never):
        found = sets_length(flow, later, flow.operation(later))
        if found is not None and found.local == into.local:
            return True
    return False


def _let_go(flow: FunctionFlow, source: Place) -> bool:
    """Whether the source's length is set, or it is forgotten, anywhere."""
    own = frozenset({source.local})
    for at, there in flow.graph.points():
        if _lengthens(flow, at, there, source) or forgets(flow, at, there, own):
            return True
    return False


def _lengthens(flow: FunctionFlow, at: Point, there: Operation, source: Place) -> bool:
    found = sets_length(flow, at, there)
    return found is not None and found.local == source.local
