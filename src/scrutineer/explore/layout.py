"""Where everything stands in a state: a flat tuple of small integers."""

from __future__ import annotations

import msgspec

from scrutineer.explore.expressions import local_names
from scrutineer.explore.model import CellKind, Model
from scrutineer.explore.steps import (
    Acquire,
    Await,
    Check,
    Choose,
    If,
    Operation,
    Set,
    Step,
    operations_within,
)


class Slot(msgspec.Struct, frozen=True):
    """A run of entries of the state: one cell, lock or local, or the elements of an array."""

    start: int
    size: int
    """0 for a single entry, else the number of elements, which count from 1."""

    def at(self, index: int) -> int:
        """Return the state entry of element `index` (ignored for a single entry)."""
        return self.start + index - 1 if self.size else self.start


class Layout(msgspec.Struct, frozen=True):
    """The map of a state: program counters, locks, condition variables, cells, locals, in this order.

    A lock entry is 0 when free, -1 - t when thread t holds it exclusively, else a bit mask of its readers.
    A condition entry is the bit mask of the threads that sleep on it.
    """

    locks: dict[str, Slot]
    conditions: dict[str, Slot]
    cells: dict[str, Slot]
    locals: tuple[dict[str, int], ...]
    initial: tuple[int, ...]
    names: tuple[str, ...]
    """What a reader calls each entry of the state, such as `item2.next`."""
    ghosts: frozenset[int]
    lock_entries: tuple[int, ...]
    """The entries of all locks."""


def lay_out(model: Model) -> Layout:
    """Give every part of the model its entries in the state."""
    initial = [0] * len(model.threads)
    names = [thread.name for thread in model.threads]

    def reserve(name: str, size: int, values: tuple[int, ...]) -> Slot:
        slot = Slot(len(initial), size)
        initial.extend(values)
        names.extend([element_name(name, i) for i in range(1, size + 1)] if size else [name])
        return slot

    locks = {lock.name: reserve(lock.name, lock.size, (0,) * max(1, lock.size)) for lock in model.locks}
    entries = tuple(range(len(model.threads), len(initial)))
    conditions = {condition.name: reserve(condition.name, 0, (0,)) for condition in model.conditions}
    cells = {cell.name: reserve(cell.name, cell.size, cell.initial) for cell in model.cells}
    ghosts = frozenset(
        cells[cell.name].start + offset
        for cell in model.cells
        if cell.kind is CellKind.GHOST
        for offset in range(max(1, cell.size))
    )
    variables = tuple(
        {name: reserve(name, 0, (0,)).start for name in names_of_locals(thread.steps)}
        for thread in model.threads
    )
    return Layout(locks, conditions, cells, variables, tuple(initial), tuple(names), ghosts, entries)


def element_name(name: str, index: int | str) -> str:
    """Return how an element is written: `item[].next` gives `item2.next`, `slot` gives `slot[2]`."""
    return name.replace("[]", str(index), 1) if "[]" in name else f"{name}[{index}]"


def names_of_locals(steps: tuple[Step, ...]) -> list[str]:
    """Return the locals of a thread, in the order of their first use."""
    found: dict[str, None] = {}
    for step in steps:
        for operation in operations_within(step.operations):
            found.update(dict.fromkeys(_locals_in(operation)))
    return list(found)


def _locals_in(operation: Operation) -> list[str]:
    match operation:
        case Set(target=target, value=value):
            return [*local_names(target), *local_names(value)]
        case If(condition=condition) | Check(condition=condition) | Await(condition=condition):
            return list(local_names(condition))
        case Acquire(index=index, into=into):
            return [*local_names(index or 0), *([into.name] if into else [])]
        case Choose(into=into):
            return [into.name]
    return list(local_names(getattr(operation, "index", None) or 0))
