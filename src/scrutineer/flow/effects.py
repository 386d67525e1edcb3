"""What the operations of one body do to the places of its caller."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from scrutineer.flow.graph import Point
from scrutineer.flow.origins import Origins, cut
from scrutineer.model.body import Operation, Place
from scrutineer.model.summary import Summary
from scrutineer.model.types import TypeRef
from scrutineer.program.tables.effects import effects_of
from scrutineer.program.tables.locks import guard_types
from scrutineer.program.typing.records import CallTarget

Effect = Literal["writes", "moves", "drops", "escapes", "guards_dropped"]
EFFECTS: tuple[Effect, ...] = ("writes", "moves", "drops", "escapes", "guards_dropped")
Done = tuple[Effect, Place]

_USERS = frozenset({"generic", "dyn", "callback"})
_SHARED_WRITERS = frozenset(
    {"set", "replace", "swap", "store", "take", "update", "compare_exchange", "compare_exchange_weak"}
)
_CELLS = ("core::cell::", "core::sync::atomic::")
_POINTERS = frozenset({"ref", "pointer"})


class Effects:
    """Effects of one body, its closures apart; `summary` answers for callees of the same program."""

    def __init__(self, origins: Origins, summary: Callable[[int], Summary]) -> None:
        """Look at every operation that control can reach."""
        self.flow = origins.flow
        self.origins = origins
        self._summary = summary
        self.known = True
        self.user_code = False
        self.done: set[Done] = set()
        for point, operation in self.flow.graph.points():
            self.done.update(self._of(point, operation))

    def _of(self, point: Point, operation: Operation) -> Iterator[Done]:
        match operation.kind:
            case "drop":
                yield from self._drop(point, operation)
                return
            case "storage_dead":
                return
            case "call":
                yield from self._call(operation, self.flow.target(point))
            case "opaque" | "await" | "yield" | "asm":
                self.known = False
        yield from self._write(operation)
        yield from self._moves(operation)

    def _write(self, operation: Operation) -> Iterator[Done]:
        """Assignment to a place of the caller, and what is stored there."""
        places = [operation.target] if operation.target is not None else []
        places += [
            o.place
            for o in operation.operands
            if o.mode == "write" and o.place is not None and operation.kind == "binary"
        ]
        for place in places:
            if not self._visible(place):
                continue
            yield from (("writes", each) for each in self.origins.of(place))
            if operation.kind not in {"borrow", "raw_borrow", "binary"}:
                yield from (
                    ("escapes", each)
                    for operand in operation.operands
                    if operand.place is not None
                    and operand.mode != "constant"
                    and not self.origins.is_plain(operand.place)
                    for each in self.origins.of(operand.place)
                )

    def _visible(self, place: Place) -> bool:
        """Whether a caller sees a write there: it goes to a static or through a pointer, or into what may be either."""
        if place.static:
            return True
        if not place.steps:
            return False
        own = 1 <= place.local <= self.flow.body.parameters
        through = self.flow.answers.place(place).through
        return (
            not own
            or any(each.kind in _POINTERS or each.kind == "unknown" for each in through)
            or "*" in place.steps
        )

    def _moves(self, operation: Operation) -> Iterator[Done]:
        for at, operand in enumerate(operation.operands):
            place = operand.place
            if place is not None and place.steps and self.flow.answers.moves(operation, at) != "no":
                yield from (("moves", each) for each in self.origins.held(place))

    def _drop(self, point: Point, operation: Operation) -> Iterator[Done]:
        place = operation.target
        if place is None or self.flow.drops.decision(point).real == "no":
            return
        yield from self._dropped(place, self.origins.held(place))

    def _dropped(self, place: Place, places: frozenset[Place]) -> Iterator[Done]:
        yield from (("drops", each) for each in places)
        if holds_guard(self.flow.type_of(place)):
            yield from (("guards_dropped", each) for each in places)

    def _call(self, operation: Operation, target: CallTarget) -> Iterator[Done]:
        program = self.flow.program
        if target.kind == "std":
            yield from self._library(operation, target)
        elif target.kind == "resolved" and target.crate == program.root:
            for function in program.call_graph.callees(target):
                yield from self._resolved(operation, self._summary(function))
        elif target.kind not in {"constructor", "closure"}:
            self.known = False
            self.user_code |= target.kind in _USERS

    def _resolved(self, operation: Operation, summary: Summary) -> Iterator[Done]:
        self.known &= summary.known
        self.user_code |= summary.user_code
        for effect in EFFECTS:
            for place in getattr(summary, effect):
                yield from ((effect, each) for each in self._handed(operation, place))

    def _handed(self, operation: Operation, place: Place) -> Iterator[Place]:
        """A place of the callee as one of this body's caller."""
        if place.static:
            yield place
        elif 1 <= place.local <= len(operation.operands):
            given = operation.operands[place.local - 1].place
            if given is not None:
                yield from (cut(each, place.steps) for each in self.origins.of(given))

    def _library(self, operation: Operation, target: CallTarget) -> Iterator[Done]:
        """A function of std: by its signature, and by the table where that does not say."""
        effects = effects_of(target.path)
        written = [at for at in range(len(operation.operands)) if _writes(target, at)]
        for at, operand in enumerate(operation.operands):
            if operand.place is None:
                continue
            places = self.origins.of(operand.place)
            if at in written:
                yield from (("writes", each) for each in places)
            elif written and self.flow.answers.moves(operation, at) != "no":
                yield from (("escapes", each) for each in places)
            if at == 0 and effects & {"detaches", "duplicates"}:
                yield from (("moves", each) for each in places)
            if at == 0 and effects & {"drops", "drops_in_place"}:
                given = self.flow.answers.moves(operation, at) != "no"
                yield from self._dropped(operand.place, self.origins.held(operand.place) if given else places)


def _writes(target: CallTarget, at: int) -> bool:
    """Whether a function of std may write through its argument."""
    signature = target.signature
    if signature is None or at >= len(signature.parameters):
        return signature is None
    if at == 0 and target.path.startswith(_CELLS):
        return target.name in _SHARED_WRITERS or target.name.startswith("fetch_")
    return (at == 0 and signature.receiver == "&mut self") or _mutable(signature.parameters[at])


def _mutable(type_: TypeRef) -> bool:
    return (type_.kind in _POINTERS and type_.mutable) or (
        type_.last == "Pin" and any(map(_mutable, type_.args))
    )


def holds_guard(type_: TypeRef) -> bool:
    """Whether a value of a type is or owns a guard of a lock that the tables know."""
    if type_.kind in _POINTERS:
        return False
    return type_.name in guard_types() or any(map(holds_guard, type_.args))
