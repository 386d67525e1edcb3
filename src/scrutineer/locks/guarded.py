"""Guarded places: what is reached through a live guard, and which part of the guarded value it is."""

from __future__ import annotations

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.locks.guard_types import protected_by
from scrutineer.locks.held import Held
from scrutineer.locks.places import definition_of, field_owner, root_of
from scrutineer.model.body import Operation, Place
from scrutineer.model.lock import GuardedPlace
from scrutineer.model.types import TypeRef
from scrutineer.program.tables.locks import borrowed_locks

_DEEPEST = 6
_VIEWS = frozenset({"core::pin::Pin"})


def field_key(flow: FunctionFlow, guarded: GuardedPlace) -> str:
    """Name of what a guarded place is in every body: the type and the field, or the lock that holds it whole."""
    steps = [step for step in guarded.steps if step[0] == "."]
    if steps and not steps[-1].endswith("()"):
        owner = field_owner(flow, guarded.place)
        if owner:
            return f"{owner}{steps[-1]}"
    lock = guarded.lock
    return "".join([f"{lock.owner}.{lock.field}", *steps])


class Guarded:
    """Answers about one body."""

    def __init__(self, flow: FunctionFlow, held: Held) -> None:
        """Nothing is computed yet."""
        self.flow = flow
        self.held = held

    def at(self, point: Point, place: Place, depth: int = _DEEPEST) -> GuardedPlace | None:
        """The guard that a place is reached through before the operation at a point."""
        root = root_of(self.flow, place).place
        if root.local < 0 or depth == 0:
            return None
        return self._from_guard(point, root) or self._from_call(point, root, depth)

    def _from_guard(self, point: Point, root: Place) -> GuardedPlace | None:
        type_ = self.flow.typed.locals[root.local]
        held = self.held.types.of(type_)
        if held is None:
            return None
        acquired = self.held.in_local(point, root.local)
        if len({each.guard.lock for each in acquired}) != 1:
            return None
        protected = protected_by(held.guard)
        owner = protected.name if protected is not None else ""
        return GuardedPlace(
            lock=acquired[0].guard.lock, owner=owner, steps=self._inside(root, held.guard), place=root
        )

    def _inside(self, root: Place, guard: TypeRef) -> tuple[str, ...]:
        """Steps after the guard, which may lie in a field of its own."""
        for length in range(len(root.steps) + 1):
            type_ = self.flow.type_of(Place(root.local, root.steps[:length]))
            while type_.kind == "ref" and type_.args:
                type_ = type_.args[0]
            if type_ == guard:
                return root.steps[length:]
        return ()

    def _from_call(self, point: Point, root: Place, depth: int) -> GuardedPlace | None:
        """What a borrowed lock gives for the guard of its owner, or a method for a part of the guarded value."""
        definition = definition_of(self.flow, root.local)
        if definition is None or definition.kind != "call" or definition.callee is None:
            return None
        borrowed = self._borrowed(definition)
        operand = 1 if borrowed is not None and len(definition.operands) > 1 else 0
        if not definition.operands or (inner := definition.operands[operand].place) is None:
            return None
        result = self.flow.typed.locals[root.local]
        if borrowed is None and result.kind != "ref" and result.name not in _VIEWS:
            return None
        base = self.at(point, inner, depth - 1)
        if base is None:
            return None
        if borrowed is not None:
            return GuardedPlace(lock=base.lock, owner=borrowed.name, steps=root.steps, place=root)
        name = definition.callee.name.rpartition("::")[2]
        steps = (*base.steps, f".{name}()", *root.steps)
        return GuardedPlace(lock=base.lock, owner=base.owner, steps=steps, place=root)

    def _borrowed(self, definition: Operation) -> TypeRef | None:
        """What a `LockedBy`-like value protects, where this call opens it."""
        point = self.flow.point_of(definition)
        if point is None:
            return None
        call = self.flow.target(point)
        kind = borrowed_locks().get(call.path.rpartition("::")[0])
        if kind is None or call.name not in (*kind.shared, *kind.exclusive):
            return None
        return call.self_type.args[0] if call.self_type is not None and call.self_type.args else None
