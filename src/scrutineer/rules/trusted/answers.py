"""Numbers that come from code which its user writes: what a safe trait's method or a closure answers."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.model.body import Operand, Operation, Place
from scrutineer.model.types import INTEGERS, TypeRef
from scrutineer.program.typing.records import CallTarget
from scrutineer.rules.trusted.items import decides_item, part_of_item

_BOUNDED = frozenset({"&", "%", ">>", "/", "<", "<=", ">", ">=", "==", "!="})
_PASSES = frozenset(
    {"unwrap", "expect", "unwrap_or", "unwrap_or_default", "unwrap_or_else", "unwrap_unchecked", "ok_or"}
    | {"ok_or_else", "ok", "map_err", "into", "from", "clone", "to_owned", "saturating_add", "saturating_mul"}
    | {"checked_add", "checked_mul", "checked_sub", "wrapping_add", "wrapping_mul", "wrapping_sub", "max"}
    | {"next_power_of_two", "add", "sub", "mul", "copied", "cloned", "branch", "saturating_sub"}
)
_ITERATOR_ANSWERS = frozenset({"len", "size_hint", "next", "next_back"})
_DEEPEST = 40  # operations followed back from one operand


class Answer(msgspec.Struct, frozen=True):
    """A call whose result the user's code decides, and the locals that the number went through."""

    point: Point
    name: str
    whose: str
    through: frozenset[int]


class Answers:
    """Answers that the operands of one body are computed of."""

    def __init__(self, flow: FunctionFlow) -> None:
        """Index what sets each local, compound assignments included."""
        self.flow = flow
        self._setters: dict[int, list[Point]] = {}
        for point, operation in flow.graph.points():
            place = operation.target
            if operation.kind == "binary" and place is None and operation.operands:
                place = operation.operands[0].place
            if place is None or place.local < 0 or operation.kind in {"drop", "storage_dead"}:
                continue
            if not _is_memory(place):
                self._setters.setdefault(place.local, []).append(point)

    def of(self, operand: Operand) -> Iterator[Answer]:
        """Answers that decide an operand, with no bound put on them on the way."""
        seen: set[int] = set()
        todo = [operand]
        found: list[tuple[Point, CallTarget]] = []
        while todo and len(seen) < _DEEPEST:
            place = todo.pop().place
            if place is None or place.local < 0 or place.local in seen or _is_memory(place):
                continue
            seen.add(place.local)
            for point in self._setters.get(place.local, ()):
                operation = self.flow.operation(point)
                target = self.flow.target(point)
                if operation.kind == "call" and is_answer(self.flow, operation, target, part_of_item(place)):
                    found.append((point, target))
                else:
                    todo.extend(_followed(operation, target))
        for point, target in found:
            yield Answer(point, target.name or "the closure", whose(target), frozenset(seen))


def _is_memory(place: Place) -> bool:
    """Whether a place is a field or element, which others may write, and not a part of a result."""
    return any(step[0] == "[" or (step[0] == "." and not step[1:].isdigit()) for step in place.steps)


def _followed(operation: Operation, target: CallTarget) -> tuple[Operand, ...]:
    """Operands whose bounds a result shares."""
    if operation.kind in {"assign", "cast", "unary", "borrow"}:
        return operation.operands
    if operation.kind == "aggregate" and operation.name in {"..", "..=", "()"}:
        return operation.operands
    if operation.kind == "binary":
        return (
            () if operation.name.rstrip("=") in _BOUNDED or operation.name in _BOUNDED else operation.operands
        )
    if operation.kind == "call" and target.kind == "std" and target.name in _PASSES:
        return operation.operands
    return ()


def is_answer(
    flow: FunctionFlow, operation: Operation, target: CallTarget, part: tuple[str, ...] = ()
) -> bool:
    """Whether a call's result, or a part of the item that it gives, is a number that code of the user's decides."""
    if target.unsafe == "yes" or operation.target is None:
        return False
    if not _has_number(flow.type_of(operation.target)):
        return False
    if target.kind == "callback":
        return flow.program.visibility.is_reachable(flow.entry)
    if target.kind in {"generic", "dyn"}:
        return _is_open(flow, target) and not promises(flow, target)
    own = target.self_type
    if target.kind != "std" or own is None or target.name not in _ITERATOR_ANSWERS:
        return False
    item = target.name in {"next", "next_back"}
    decides = decides_item(flow, own, part) if item else flow.iterates_user(own)
    return decides and not promises(flow, target)


def _has_number(type_: TypeRef) -> bool:
    """Whether a type is an integer, or an option, result or tuple of one."""
    if type_.kind == "path":
        return type_.name in INTEGERS or (
            type_.last in {"Option", "Result", "Poll"} and any(_has_number(arg) for arg in type_.args[:1])
        )
    return type_.kind == "tuple" and any(_has_number(arg) for arg in type_.args)


def _is_open(flow: FunctionFlow, target: CallTarget) -> bool:
    """Whether code outside the crate can implement the trait: it can be named, and so can all that it requires."""
    index = flow.program.impl_index
    for path in (target.trait, *index.supertraits(target.trait)):
        info = index.trait(path)
        if info is not None and info.unsafe:
            return False
        for entry in flow.program.find(path):
            if not flow.program.visibility.is_reachable(entry):
                return False
    return bool(target.trait)


def promises(flow: FunctionFlow, target: CallTarget) -> bool:
    """Whether the type that answers is bound by an unsafe trait: its implementor promises something."""
    index = flow.program.impl_index
    for bound in flow.typed.bounds:
        if str(bound.subject) in {target.parameter, str(target.self_type)}:
            for trait in bound.traits:
                known = [index.trait(path) for path in (trait.name, *index.supertraits(trait.name))]
                if any(info is not None and info.unsafe for info in known):
                    return True
    return False


def whose(target: CallTarget) -> str:
    """Whose code answers, in words."""
    if target.kind == "callback":
        return "a closure"
    if target.kind == "dyn":
        return f"a `dyn {target.trait.rpartition('::')[2]}`"
    return f"`{target.parameter or target.self_type}`"
