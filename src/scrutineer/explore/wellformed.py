"""What must hold of a model before anything runs; each breach is reported with the step's place."""

from __future__ import annotations

from collections import Counter

from scrutineer.explore.expressions import OPERATORS, Binary, Expression, Not, Shared
from scrutineer.explore.model import Cell, Lock, Model, ModelError, Thread
from scrutineer.explore.steps import (
    END,
    SYNCHRONISING,
    Acquire,
    Await,
    Check,
    Choose,
    Cut,
    If,
    Jump,
    Notify,
    Operation,
    Position,
    Release,
    Set,
    Step,
    Wait,
    accesses,
    operations_within,
)

MOST_THREADS = 30
"""More would not be explored in any memory; the bit masks of sleepers and readers stay small integers."""


def check_model(model: Model) -> None:
    """Raise ModelError for the first thing that is wrong."""
    names = [cell.name for cell in model.cells]
    names += [lock.name for lock in model.locks]
    names += [condition.name for condition in model.conditions]
    for name, count in Counter(names).items():
        if count > 1:
            raise ModelError(f"`{name}` is declared {count} times")
    if not 1 <= len(model.threads) <= MOST_THREADS:
        raise ModelError(f"a model has 1 to {MOST_THREADS} threads, `{model.name}` has {len(model.threads)}")
    for cell in model.cells:
        if len(cell.initial) != max(1, cell.size):
            raise ModelError(f"`{cell.name}` has {cell.size} elements and {len(cell.initial)} initial values")
    names_in_use = _Names(model)
    for thread in model.threads:
        _check_thread(names_in_use, thread)
    for check in model.final:
        names_in_use.expression(check.condition, None)


class _Names:
    """What the model declares, asked for with the place that asks."""

    def __init__(self, model: Model) -> None:
        self.cells: dict[str, Cell] = {cell.name: cell for cell in model.cells}
        self.locks: dict[str, Lock] = {lock.name: lock for lock in model.locks}
        self.conditions = {condition.name for condition in model.conditions}

    def place(self, place: Shared, at: Position | None) -> None:
        cell = self.cells.get(place.cell)
        if cell is None:
            raise ModelError(f"unknown cell `{place.cell}`", at)
        if (place.index is None) != (cell.size == 0):
            has = f"is an array of {cell.size}" if cell.size else "is a single cell"
            raise ModelError(f"`{place.cell}` {has}", at)
        if place.index is not None:
            self.expression(place.index, at)

    def expression(self, expression: Expression, at: Position | None) -> None:
        match expression:
            case Shared():
                self.place(expression, at)
            case Binary(operator=operator, left=left, right=right):
                if operator not in OPERATORS:
                    raise ModelError(f"unknown operator `{operator}`", at)
                self.expression(left, at)
                self.expression(right, at)
            case Not(value=value):
                self.expression(value, at)

    def lock(self, name: str, index: Expression | None, at: Position | None) -> Lock:
        lock = self.locks.get(name)
        if lock is None:
            raise ModelError(f"unknown lock `{name}`", at)
        if (index is None) != (lock.size == 0):
            has = f"is an array of {lock.size}" if lock.size else "is a single lock"
            raise ModelError(f"`{name}` {has}", at)
        if index is not None:
            self.expression(index, at)
        return lock

    def operation(self, operation: Operation, at: Position | None) -> None:
        match operation:
            case Set(target=target, value=value):
                if isinstance(target, Shared):
                    self.place(target, at)
                self.expression(value, at)
            case If(condition=condition) | Check(condition=condition) | Await(condition=condition):
                self.expression(condition, at)
            case Acquire(lock=name, index=index, shared=shared):
                if shared and not self.lock(name, index, at).readers:
                    raise ModelError(f"`{name}` is not a read-write lock", at)
                self.lock(name, index, at)
            case Release(lock=name, index=index):
                self.lock(name, index, at)
            case Wait(condition=name, lock=lock):
                self.lock(lock, None, at)
                self._condition(name, at)
            case Notify(condition=name):
                self._condition(name, at)
            case Choose(options=options):
                if not options:
                    raise ModelError("a choice needs at least one option", at)

    def _condition(self, name: str, at: Position | None) -> None:
        if name not in self.conditions:
            raise ModelError(f"unknown condition variable `{name}`", at)


def _check_thread(names: _Names, thread: Thread) -> None:
    labels = {step.label for step in thread.steps if step.label} | {END}
    for step in thread.steps:
        for operation in operations_within(step.operations):
            names.operation(operation, step.at)
            if isinstance(operation, Jump) and operation.to not in labels:
                raise ModelError(f"jump to unknown label `{operation.to}`", step.at)
        _check_order(step)
    if not thread.forever:
        _check_end(thread)


def _check_order(step: Step) -> None:
    for position, operation in enumerate(operations_within(step.operations)):
        if position and isinstance(operation, (*SYNCHRONISING, Release)):
            raise ModelError("a lock operation, wait, notify or choice must stand first in its step", step.at)
    if step.operations and isinstance(step.operations[0], (*SYNCHRONISING, Release)):
        rest = Step(step.operations[1:])
        if touched := accesses(rest):
            raise ModelError(
                f"`{touched[0][0].cell}` is touched in the same step as a lock operation", step.at
            )


def _check_end(thread: Thread) -> None:
    """Raise for a step from which the thread can never reach its end."""
    steps = thread.steps
    position = {step.label: i for i, step in enumerate(steps) if step.label}
    position[END] = len(steps)
    follows = [_successors(step.operations, i, position) for i, step in enumerate(steps)]
    reaches = {len(steps)}
    while more := {
        i for i, after in enumerate(follows) if i not in reaches and not reaches.isdisjoint(after)
    }:
        reaches |= more
    seen = {0}
    todo = [0]
    while todo:
        here = todo.pop()
        fresh = (follows[here] if here < len(steps) else set()) - seen
        seen |= fresh
        todo += fresh
    for i, step in enumerate(steps):
        if i in seen and i not in reaches:
            raise ModelError(f"thread `{thread.name}` never ends: no way leads from here to its end", step.at)


def _successors(operations: tuple[Operation, ...], here: int, position: dict[str, int]) -> set[int]:
    """Return where control may go after these operations."""
    found: set[int] = set()
    for operation in operations:
        match operation:
            case Jump(to=to):
                return found | {position[to]}
            case Cut():
                return found | {position[END]}
            case If(then=then, otherwise=otherwise):
                sides = [_successors(then, here, position), _successors(otherwise, here, position)]
                found |= (sides[0] | sides[1]) - {here + 1}
                if here + 1 not in sides[0] | sides[1]:
                    return found
    return found | {here + 1}
