r"""A schedule as a log for ShiViz: events with vector clocks, ordered by locks and atomics alone.

Two accesses that race get clocks that cannot be compared, so that ShiViz draws them side by side.
ShiViz reads it with its default expression, `(?<host>\S*) (?<clock>{.*})\n(?<event>.*)`.
"""

from __future__ import annotations

import json

from scrutineer.explore.verdict import ScheduleStep, Verdict

Clock = dict[str, int]


def shiviz(verdict: Verdict) -> str:
    """Return the log; empty when the verdict has no schedule."""
    clocks: dict[str, Clock] = {}
    published: dict[str, Clock] = {}
    before: frozenset[tuple[str, str]] = frozenset()
    lines = []
    for step in verdict.steps:
        host = _host(step)
        held = frozenset((lock.lock, lock.thread) for lock in step.held)
        clock = clocks.setdefault(host, {})
        for source in _learns_from(step, before, held):
            _join(clock, published.get(source, {}))
        clock[host] = clock.get(host, 0) + 1
        for target in _tells(step, before, held):
            _join(published.setdefault(target, {}), clock)
        before = held
        message = step.message.replace("\n", " ") + ("" if step.done else " (does not happen yet)")
        lines += [f"{host} {json.dumps(clock)}", message]
    return "\n".join(lines) + "\n" if lines else ""


def _host(step: ScheduleStep) -> str:
    """Return the thread's name without blanks, which ShiViz does not allow in a host."""
    return f"T{step.thread}_" + "".join(c if c.isalnum() or c in "_-." else "_" for c in step.name).strip("_")


def _learns_from(
    step: ScheduleStep, before: frozenset[tuple[str, str]], held: frozenset[tuple[str, str]]
) -> list[str]:
    if not step.done:
        return []
    taken = [lock for lock, thread in held - before if thread == step.name]
    return taken + [access.place for access in step.accesses if access.atomic]


def _tells(
    step: ScheduleStep, before: frozenset[tuple[str, str]], held: frozenset[tuple[str, str]]
) -> list[str]:
    if not step.done:
        return []
    given = [lock for lock, thread in before - held if thread == step.name]
    return given + [access.place for access in step.accesses if access.atomic and access.write]


def _join(clock: Clock, other: Clock) -> None:
    for host, time in other.items():
        clock[host] = max(time, clock.get(host, 0))
