"""A schedule as a table: a column per thread, few rows, private steps folded."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import msgspec

from scrutineer.explore.verdict import HeldLock, ScheduleStep

MOST_ROWS = 12


class Row(msgspec.Struct, frozen=True):
    """One row: what the threads do, and who holds which lock afterwards."""

    cells: dict[int, str]
    """Thread -> text. Several threads only in the last row, where they meet."""
    held: str
    clash: bool = False
    """The row of the steps that race, fail or block."""
    steps: int = 0


class Table(msgspec.Struct, frozen=True):
    """The whole table; `threads` are the columns, as (number, name)."""

    threads: tuple[tuple[int, str], ...]
    rows: tuple[Row, ...]


def table(steps: Sequence[ScheduleStep], most: int = MOST_ROWS) -> Table:
    """Fold a schedule into at most so many rows."""
    threads = dict(sorted({step.thread: step.name for step in steps}.items()))
    numbers = {name: number for number, name in threads.items()}
    done = [step for step in steps if step.done]
    clash = [step for step in steps if not step.done]
    room = most - bool(clash)
    groups = _groups(done)
    if len(groups) > room:
        groups = [list(run) for _, run in itertools.groupby(done, key=lambda step: step.thread)]
    rows = [_row(group, numbers) for group in groups if any(not step.private for step in group)]
    if len(rows) > room:
        rows = _elide(rows, room)
    if clash:
        cells = {step.thread: f">> {step.message}" for step in clash}
        rows.append(
            Row(cells, _who_holds(clash[-1].held, numbers, list(cells)), clash=True, steps=len(clash))
        )
    return Table(tuple(threads.items()), tuple(rows))


def _groups(steps: list[ScheduleStep]) -> list[list[ScheduleStep]]:
    """Cut where the thread changes and where the set of held locks does."""
    groups: list[list[ScheduleStep]] = []
    held: tuple[HeldLock, ...] = ()
    for step in steps:
        same_thread = bool(groups) and groups[-1][-1].thread == step.thread
        if same_thread and (step.private or not _opens(groups[-1], held, step)):
            groups[-1].append(step)
        else:
            groups.append([step])
        held = step.held
    return groups


def _opens(group: list[ScheduleStep], held: tuple[HeldLock, ...], step: ScheduleStep) -> bool:
    """Whether the step takes a lock, or is the first one after a release."""
    released = len(group) > 1 and len(group[-1].held) < len(group[-2].held)
    return len(step.held) > len(held) or released


def _row(group: list[ScheduleStep], numbers: dict[str, int]) -> Row:
    text = "; ".join(phrase(step) for step in group if not step.private)
    return Row({group[0].thread: text}, _who_holds(group[-1].held, numbers, []), steps=len(group))


def phrase(step: ScheduleStep) -> str:
    """Return a short text for a step: a read that only sets a local shows the local."""
    reads = [access for access in step.accesses if not access.write]
    if len(step.accesses) == len(reads) == 1 and len(step.locals) == 1 and not reads[0].atomic:
        name, value = step.locals[0]
        return f"{name}={value}"
    return step.message


def _who_holds(held: tuple[HeldLock, ...], numbers: dict[str, int], everyone: list[int]) -> str:
    locks: dict[int, list[str]] = {number: [] for number in everyone}
    for lock in held:
        name = f"{lock.lock} (shared)" if lock.shared else lock.lock
        locks.setdefault(numbers.get(lock.thread, -1), []).append(name)
    parts = [
        f"T{number}: {', '.join(names) or 'nothing'}" if number >= 0 else f"another: {', '.join(names)}"
        for number, names in sorted(locks.items())
    ]
    return "   ".join(parts) or "-"


def _elide(rows: list[Row], room: int) -> list[Row]:
    first = 2
    last = room - first - 1
    hidden = rows[first : len(rows) - last]
    steps = sum(row.steps for row in hidden)
    thread = next(iter(hidden[0].cells))
    return [
        *rows[:first],
        Row({thread: f"... {steps} steps of several threads ..."}, hidden[-1].held, steps=steps),
        *rows[-last:],
    ]
