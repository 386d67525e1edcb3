"""A second owner of what somebody still owns, alive while the user's code runs."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.flow.paths import after, never
from scrutineer.model.body import Operation, Place
from scrutineer.program.tables.effects import effects_of
from scrutineer.rules.ownership.copies import copying
from scrutineer.rules.ownership.roots import (
    alive,
    argument,
    is_borrowed,
    is_manual,
    names_of,
    root,
)
from scrutineer.rules.panic.destructors import drops_by_hand
from scrutineer.rules.panic.updates import forgets, mends, sets_length, written_root
from scrutineer.rules.panic.walk import Hazard, guarded, leaves, place_is_droppable

_PLACEHOLDERS = frozenset(
    {"core::mem::uninitialized", "core::mem::zeroed", "core::mem::MaybeUninit::assume_init"}
)
_TAKES_OUT = "core::mem::ManuallyDrop::take"


def duplicates(flow: FunctionFlow) -> Iterator[Hazard]:
    """Hazards that begin with a value which its source still owns, or with one that was never made."""
    for point, operation in flow.graph.points():
        if operation.kind != "call" or operation.target is None or operation.target.steps:
            continue
        path = flow.target(point).path
        effects = effects_of(path) or copying(flow, flow.target(point))
        invented = path in _PLACEHOLDERS
        if not (invented or path == _TAKES_OUT or effects & {"duplicates", "owns_raw"}):
            continue
        if not place_is_droppable(flow, operation.target):
            continue
        found = None
        if invented:
            found = _placeholder(flow, point, operation)
        elif "owns_raw" in effects and path != _TAKES_OUT:
            found = _adopted(flow, point, operation)
        else:
            found = _read(flow, point, operation)
        if found is not None:
            yield found


def _read(flow: FunctionFlow, point: Point, operation: Operation) -> Hazard | None:
    """`ptr::read` out of an owner that is alive: the copy and the owner are both dropped by an unwind."""
    source = argument(operation, 0)
    owner = None if source is None else root(flow, source)
    if owner is None or owner.local < 0 or _released_before(flow, point, owner):
        return None
    if is_manual(flow, owner) and not drops_by_hand(flow, owner):
        return None
    assert operation.target is not None
    names = names_of(flow, operation.target.local)
    borrowed = is_borrowed(flow, owner)

    def ends(at: Point, there: Operation) -> bool:
        return mends(flow, at, there, owner) or forgets(flow, at, there, names)

    for danger in after(flow, point, ends):
        reason = leaves(flow, danger)
        if not reason or not (
            _takes(flow, danger, names)
            or any(alive(flow, name, danger) for name in names)
            or _handed_on(flow, danger, names)
        ):
            continue
        if not (borrowed or alive(flow, owner.local, danger)) or guarded(flow, danger, names | {owner.local}):
            continue
        mended = _mended(flow, danger, owner, names)
        if mended is not None:
            return Hazard(point, danger, mended, reason, "copies a value whose original is still owned")
    return None


def _released_before(flow: FunctionFlow, point: Point, owner: Place) -> bool:
    """Whether the owner gave up what is read before it is read: its length was set on every way here."""
    for earlier, operation in flow.graph.points():
        found = sets_length(flow, earlier, operation)
        if found is not None and found.local == owner.local and flow.graph.dominates(earlier, point):
            return True
    return False


def _takes(flow: FunctionFlow, point: Point, names: frozenset[int]) -> bool:
    return any(
        given.place is not None and given.place.local in names for given in flow.operation(point).operands
    )


def _handed_on(flow: FunctionFlow, danger: Point, names: frozenset[int]) -> bool:
    """Whether the copy was given away before: whoever has it drops it, and the original is dropped as well."""
    return any(
        operation.kind == "call" and _takes(flow, point, names) and flow.graph.reaches(point, danger)
        for point, operation in flow.graph.points()
    )


def _mended(flow: FunctionFlow, danger: Point, owner: Place, names: frozenset[int]) -> Point | None:
    """Where, later on, the doubled ownership is given up: this shows that it is doubled until then."""
    locals_ = names | {owner.local}
    for point in after(flow, danger, never):
        operation = flow.operation(point)
        if forgets(flow, point, operation, locals_) or (
            point != danger and mends(flow, point, operation, owner)
        ):
            return point
    return None


def _adopted(flow: FunctionFlow, point: Point, operation: Operation) -> Hazard | None:
    """An owner made of a raw pointer that somebody else's pointer still is: it is forgotten after use."""
    assert operation.target is not None
    if flow.entry.item.abi == "C":
        return None
    names = names_of(flow, operation.target.local)
    source = argument(operation, 0)
    owner = None if source is None else root(flow, source)

    def ends(at: Point, there: Operation) -> bool:
        return forgets(flow, at, there, names) or (owner is not None and mends(flow, at, there, owner))

    for danger in after(flow, point, ends):
        reason = leaves(flow, danger)
        if not reason or not any(alive(flow, name, danger) for name in names):
            continue
        if guarded(flow, danger, names):
            continue
        mended = _given_back(flow, danger, owner, names)
        if mended is not None:
            return Hazard(point, danger, mended, reason, "makes a second owner of what is still owned")
    return None


def _given_back(
    flow: FunctionFlow, danger: Point, owner: Place | None, names: frozenset[int]
) -> Point | None:
    for point in after(flow, danger, never):
        operation = flow.operation(point)
        if forgets(flow, point, operation, names):
            return point
        if owner is not None and is_borrowed(flow, owner) and mends(flow, point, operation, owner):
            return point
    return None


def _placeholder(flow: FunctionFlow, point: Point, operation: Operation) -> Hazard | None:
    """A value without contents in a variable that is filled by the user's code."""
    assert operation.target is not None
    if operation.operands and not _just_made(flow, operation):
        return None
    names = names_of(flow, operation.target.local)
    for danger in after(flow, point, lambda at, there: forgets(flow, at, there, names)):
        reason = leaves(flow, danger)
        if not reason or not any(alive(flow, name, danger) for name in names):
            continue
        if guarded(flow, danger, names):
            continue
        for later in after(flow, danger, never):
            filled = written_root(flow, later, flow.operation(later))
            if filled is not None and filled.local in names:
                return Hazard(point, danger, later, reason, "makes a value of nothing that is dropped")
    return None


def _just_made(flow: FunctionFlow, operation: Operation) -> bool:
    """Whether `assume_init` is called on `MaybeUninit::uninit()` itself."""
    place = operation.operands[0].place
    made = flow.values.definition(place.local) if place is not None else None
    return made is not None and made.callee is not None and made.callee.name.endswith("MaybeUninit::uninit")
