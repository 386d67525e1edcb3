"""A site together with the operation of a body that it is."""

from __future__ import annotations

import msgspec

from scrutineer.flow.function import Flows, FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.model.body import Operand, Operation, Place
from scrutineer.model.site import Site
from scrutineer.model.types import TypeRef
from scrutineer.program.typing.records import CallTarget


class SiteAt(msgspec.Struct, frozen=True):
    """Where a site happens: a body (perhaps a closure's) and a point in it."""

    site: Site
    flow: FunctionFlow
    point: Point

    @property
    def operation(self) -> Operation:
        """The operation."""
        return self.flow.operation(self.point)

    @property
    def target(self) -> CallTarget:
        """Who it calls."""
        return self.flow.target(self.point)

    def operand(self, position: int) -> Operand | None:
        """What is handed in at a position of the contract: argument by number, of a dereference the pointer."""
        if self.site.kind_is("deref", "union", "static"):
            place = self.pointer
            return Operand("read", place) if position == 0 and place is not None else None
        operands = self.operation.operands
        return operands[position] if 0 <= position < len(operands) else None

    @property
    def pointer(self) -> Place | None:
        """Of a dereference, the place of the pointer; of a union or a static, the whole place."""
        places = list(_places(self.operation))
        if not self.site.kind_is("deref"):
            wanted = self.site.text if self.site.kind_is("static") else f".{self.site.text}"
            return next((each for each in places if wanted in (each.static, *each.steps)), None)
        found = [pointer for place in places if (pointer := self._pointer_in(place)) is not None]
        named = (each for each in found if self._name(each) == self.site.text)
        return next(named, found[0] if found else None)

    def _pointer_in(self, place: Place) -> Place | None:
        """The shortest part of a place that is a raw pointer and is dereferenced by what follows."""
        for length in range(len(place.steps)):
            before = Place(place.local, place.steps[:length], place.static)
            if self.flow.type_of(before).kind == "pointer" and place.steps[length] == "*":
                return before
        return None

    def _name(self, place: Place) -> str:
        local = self.flow.body.locals[place.local].name if place.local >= 0 else place.static
        return local + "".join(step for step in place.steps if step[0] == ".")

    def type_of(self, operand: Operand) -> TypeRef:
        """Type of an operand; unknown for a constant."""
        return self.flow.type_of(operand.place) if operand.place is not None else TypeRef("unknown")


def _places(operation: Operation) -> list[Place]:
    own = [operation.target] if operation.target is not None else []
    return own + [operand.place for operand in operation.operands if operand.place is not None]


def locate(flows: Flows, site: Site) -> SiteAt | None:
    """The operation that a site is; nothing where no body was lowered for it."""
    if site.function < 0 or site.block < 0:
        return None
    flow = flows.of(site.function)
    for number in site.closure:
        if flow is None or number >= len(flow.closures):
            return None
        flow = flow.closures[number]
    return SiteAt(site, flow, Point(site.block, site.operation)) if flow is not None else None
