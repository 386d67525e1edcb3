"""Pointers into a collection that are used after the collection may have moved its memory."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.flow.paths import after
from scrutineer.model.body import Operation, Place
from scrutineer.model.types import TypeRef
from scrutineer.program.tables.effects import Effect, effects_of
from scrutineer.rules.dangling.pointers import OWNERS, Doubled, uses
from scrutineer.rules.ownership.roots import argument, is_pointer, names_of, pointee, root, without_references

_REALLOCATES: Effect = "reallocates"
_ROOM = frozenset(
    {"reserve", "reserve_exact", "try_reserve", "try_reserve_exact", "shrink_to_fit", "shrink_to"}
)
_DEEPEST = 8
_KNOWS_ROOM = frozenset({"capacity", "with_capacity", "with_capacity_in", "spare_capacity_mut"})


def moved(flow: FunctionFlow) -> Iterator[Doubled]:
    """Pointers made from a collection, then a call that may move its memory, then a use of the pointer.

    `reserve` and its like say that they move. `push` moves only where there is no room: it counts where the function
    neither makes room nor asks for it.
    """
    growths = list(_growths(flow))
    if not growths:
        return
    for local, type_ in enumerate(flow.typed.locals):
        if not is_pointer(type_):
            continue
        source = root(flow, Place(local), sure=True)
        held = without_references(flow.type_of(source)) if source.local not in {local, -1} else type_
        if source.local in {local, -1} or pointee(flow, Place(local)) == held:
            continue
        if _is_of_element(flow, local, held):
            continue
        names = names_of(flow, local)
        for grown, owner in growths:
            if owner == source and (found := _used_after(flow, local, grown, names)) is not None:
                yield found
                break


def _is_of_element(flow: FunctionFlow, local: int, collection: TypeRef) -> bool:
    """Whether a pointer leads into the memory of an element, which stays where it is when the collection moves."""
    for _ in range(_DEEPEST):
        setter = next(iter(flow.sources.setters(local)), None)
        given = argument(setter, 0) if setter is not None else None
        if given is None or given.local < 0:
            return False
        held = without_references(flow.type_of(given))
        if held.name in OWNERS and held != collection:
            return True
        local = given.local
    return False


def _growths(flow: FunctionFlow) -> Iterator[tuple[Point, Place]]:
    """Calls of the library that may move a collection's memory, and the collection."""
    found = []
    told = False
    for point, operation in flow.graph.points():
        if operation.kind != "call":
            continue
        target = flow.target(point)
        told = told or target.name in _ROOM or target.name in _KNOWS_ROOM
        given = argument(operation, 0)
        if given is not None and target.kind == "std" and _REALLOCATES in effects_of(target.path):
            found.append((point, given))
    for point, given in found:
        if flow.target(point).name in _ROOM or not told:
            yield point, root(flow, given, sure=True)


def _used_after(flow: FunctionFlow, local: int, grown: Point, names: frozenset[int]) -> Doubled | None:
    def remade(_at: Point, there: Operation) -> bool:
        made = there.kind not in {"drop", "storage_dead"} and there.target is not None
        return made and there.target == Place(local)

    for setter in flow.sources.setters(local):
        made = flow.point_of(setter)
        if made is None or grown not in set(after(flow, made, remade)):
            continue
        use = next((at for at in after(flow, grown, remade) if uses(flow, at, names)), None)
        if use is not None:
            return Doubled(
                made, use, "what this pointer points into may move before it is used", "used here", "dangling"
            )
    return None
