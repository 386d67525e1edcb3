"""Elements that were moved, dropped or not yet made while their owner's length says otherwise."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.flow.paths import after, never
from scrutineer.model.body import Operation, Place
from scrutineer.model.types import TypeRef
from scrutineer.program.project import normalise
from scrutineer.program.tables.effects import effects_of
from scrutineer.rules.ownership.roots import alive, argument, is_borrowed, pointee, root, without_references
from scrutineer.rules.panic.updates import is_zero, sets_length, written_root
from scrutineer.rules.panic.walk import Hazard, guarded, is_droppable, leaves


def lengths(flow: FunctionFlow) -> Iterator[Hazard]:
    """Hazards that end with an update of the owner's length, or begin with one."""
    for point, operation in flow.graph.points():
        found = None
        if operation.kind == "call":
            effects = effects_of(flow.target(point).path)
            if "drops_in_place" in effects:
                found = _dropped(flow, point, operation)
            elif "duplicates" in effects and len(operation.operands) > 1:
                found = _shifted(flow, point, operation)
        if found is None and sets_length(flow, point, operation) is not None:
            found = _raised(flow, point, operation)
        if found is not None:
            yield found


def _owned(flow: FunctionFlow, owner: Place, danger: Point) -> bool:
    return is_borrowed(flow, owner) or alive(flow, owner.local, danger)


def _itself(owner: Place) -> frozenset[int]:
    """The owner's local, which is no guard of itself; one that leads to the owner by a field may be."""
    return frozenset({owner.local}) if not owner.steps else frozenset()


def _length_set(flow: FunctionFlow, point: Point, owner: Place) -> bool:
    found = sets_length(flow, point, flow.operation(point))
    return found is not None and found.local == owner.local


def _set_before(flow: FunctionFlow, point: Point, owner: Place) -> bool:
    return any(
        flow.graph.dominates(earlier, point) and _length_set(flow, earlier, owner)
        for earlier, _ in flow.graph.points()
    )


def _dropped(flow: FunctionFlow, point: Point, operation: Operation) -> Hazard | None:
    """Elements dropped in place, and the length set only afterwards: a destructor that unwinds drops them twice."""
    source = argument(operation, 0)
    if source is None or flow.unwinds(point).whose != "user":
        return None
    owner = root(flow, source)
    if owner.local < 0 or not _owned(flow, owner, point) or _set_before(flow, point, owner):
        return None
    if guarded(flow, point, _itself(owner)) or _in_own_drop(flow, owner):
        return None
    for later in after(flow, point, never):
        if _length_set(flow, later, owner):
            return Hazard(
                point,
                point,
                later,
                f"{flow.unwinds(point).reason} may unwind",
                "drops elements that the length still covers",
            )
    return None


def _in_own_drop(flow: FunctionFlow, owner: Place) -> bool:
    """Whether this is the owner's destructor, which does not run a second time."""
    impl = flow.entry.item.impl_
    return owner.local == 1 and impl >= 0 and flow.entry.item.name == "drop"


def _is_text(flow: FunctionFlow, owner: Place) -> bool:
    """Whether bytes are those of a string, which half moved need not be UTF-8."""
    type_ = without_references(flow.type_of(Place(owner.local))) if owner.local >= 0 else TypeRef("unknown")
    asked = TypeRef("projection", "Target", (type_, TypeRef("path", "core::ops::Deref")))
    found = normalise(flow.program.impl_index, asked, flow.typed.bounds) if type_.kind == "path" else type_
    return found.name == "str"


def _shifted(flow: FunctionFlow, point: Point, operation: Operation) -> Hazard | None:
    """Elements moved within their owner before the user's code fills the gap."""
    places = argument(operation, 0), argument(operation, 1)
    if places[0] is None or places[1] is None:
        return None
    owner = root(flow, places[0])
    if not is_droppable(flow, pointee(flow, places[0])) and not _is_text(flow, owner):
        return None
    if owner.local < 0 or owner.local != root(flow, places[1]).local or _set_before(flow, point, owner):
        return None
    for danger in after(flow, point, lambda at, _: _length_set(flow, at, owner)):
        reason = leaves(flow, danger)
        if not reason or not _owned(flow, owner, danger) or guarded(flow, danger, _itself(owner)):
            continue
        for later in after(flow, danger, never):
            if _length_set(flow, later, owner):
                return Hazard(point, danger, later, reason, "moves elements that the length still covers")
    return None


def _raised(flow: FunctionFlow, point: Point, operation: Operation) -> Hazard | None:
    """A length raised over slots that the user's code fills afterwards."""
    owner = sets_length(flow, point, operation)
    if (
        owner is None
        or owner.local < 0
        or is_zero(flow, operation)
        or not _raises(flow, point, operation, owner)
    ):
        return None
    if not _holds_droppable(flow, owner) or _filled_before(flow, point, owner):
        return None
    for danger in after(flow, point, lambda at, there: _length_set(flow, at, owner) and is_zero(flow, there)):
        reason = leaves(flow, danger)
        if not reason or not _owned(flow, owner, danger) or guarded(flow, danger, _itself(owner)):
            continue
        for later in after(flow, danger, never):
            filled = written_root(flow, later, flow.operation(later))
            if filled is not None and filled.local == owner.local:
                return Hazard(point, danger, later, reason, "covers slots that are not yet filled")
    return None


def _raises(flow: FunctionFlow, point: Point, operation: Operation, owner: Place) -> bool:
    """Whether a length grows: by `+`, to what room was just reserved for, or because the owner was made empty here."""
    if operation.kind == "binary":
        return operation.name == "+="
    value = flow.values.of(operation.operands[-1])
    if value.kind == "binary" and value.name == "+":
        return True
    if any(
        room.callee is not None
        and room.callee.name in {"reserve", "reserve_exact"}
        and flow.values.of(room.operands[-1]) == value
        and flow.graph.dominates(earlier, point)
        for earlier, room in flow.graph.points()
    ):
        return True
    made = flow.sources.setters(owner.local)
    return not owner.steps and any(
        setter.callee is not None and setter.callee.name.endswith(("with_capacity", "::new"))
        for setter in made
    )


def _holds_droppable(flow: FunctionFlow, owner: Place) -> bool:
    """Whether the elements may have something to drop."""
    type_ = without_references(flow.type_of(Place(owner.local)))
    if any(arg.kind in {"unknown", "infer"} for arg in type_.args):
        type_ = _type_where_it_goes(flow, owner) or type_
    return any(is_droppable(flow, arg) for arg in type_.args)


def _type_where_it_goes(flow: FunctionFlow, owner: Place) -> TypeRef | None:
    """Type of the place that a variable is moved to: what `Vec::new()` is a vector of."""
    for _, operation in flow.graph.points():
        if operation.kind == "assign" and operation.target and operation.operands[0].place == owner:
            return flow.type_of(operation.target)
    return None


def _filled_before(flow: FunctionFlow, point: Point, owner: Place) -> bool:
    for earlier, operation in flow.graph.points():
        filled = written_root(flow, earlier, operation)
        if filled is not None and filled.local == owner.local and flow.graph.reaches(earlier, point):
            return True
    return False
