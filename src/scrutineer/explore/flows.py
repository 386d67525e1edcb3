"""A schedule as code flows: one per thread, and one merged in the order of time."""

from __future__ import annotations

import msgspec

from scrutineer.explore.verdict import ScheduleStep, Verdict


class Point(msgspec.Struct, frozen=True):
    """A line and column, from 1; column 0 is unknown."""

    line: int
    column: int


class FlowStep(msgspec.Struct, frozen=True):
    """One step of a flow. `locks` are those that the thread itself holds afterwards."""

    path: str
    start: Point
    end: Point
    thread: str
    message: str
    locks: tuple[str, ...]


class Flow(msgspec.Struct, frozen=True):
    """The steps of one thread, or of all of them merged."""

    kind: str
    """`thread` or `merged`."""
    thread: str
    steps: tuple[FlowStep, ...]


def flows(verdict: Verdict) -> tuple[Flow, ...]:
    """Return the merged flow and one flow per thread; private steps and steps without a place are left out."""
    placed = [step for step in verdict.steps if step.at is not None and not step.private]
    if not placed:
        return ()
    names = dict.fromkeys(step.name for step in placed)
    apart = (
        Flow("thread", name, tuple(_step(step) for step in placed if step.name == name)) for name in names
    )
    return (Flow("merged", "", tuple(_step(step) for step in placed)), *apart)


def _step(step: ScheduleStep) -> FlowStep:
    assert step.at is not None
    at = step.at
    return FlowStep(
        path=at.path,
        start=Point(at.line, at.column),
        end=Point(at.end_line or at.line, at.end_column or at.column),
        thread=step.name,
        message=step.message,
        locks=tuple(lock.lock for lock in step.held if lock.thread == step.name),
    )
