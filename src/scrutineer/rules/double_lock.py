"""A lock taken by a thread that holds it: it waits for itself, for ever."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.locks.double import DoubleLock, DoubleLocks
from scrutineer.model.finding import Flow
from scrutineer.rules.draft import Draft
from scrutineer.rules.rule import Rule
from scrutineer.rules.unit import Unit

_WAITS = {"sleeps": "sleeps", "spins": "spins", "yields": "waits"}


def check(unit: Unit) -> Iterator[Draft]:
    """Report each second acquisition, with the way to it."""
    finder = DoubleLocks(unit.locks)
    for inside in unit.locks.bodies():
        for found in finder.of(inside):
            yield _draft(unit, found)
    for flow in unit.locks.callback_users:
        for found in finder.in_callbacks(flow):
            yield _draft(unit, found)


def _draft(unit: Unit, found: DoubleLock) -> Draft:
    path = found.flow.path
    first = found.first.guard.span
    steps = [unit.step(path, first, f"takes `{found.lock}`", locks=(str(found.lock),))]
    steps += [unit.step(step.path, step.span, step.text) for step in found.chain]
    how = "this takes" if len(found.chain) == 1 else "what this calls takes"
    return Draft(
        path=path,
        span=found.span,
        message=f"{how} `{found.lock}`, which is still held here: the thread {_WAITS[found.waits]} for itself",
        level="warning" if found.certain else "note",
        related=(unit.related(path, first, f"`{found.lock}` is taken here, and its guard is still alive"),),
        flows=(Flow("chain", tuple(steps)),),
        help="drop the guard before, or hand it on to what needs it",
    )


RULE = Rule(
    id="double-lock",
    summary="locks that are taken while their own guard is alive",
    classes=("deadlock",),
    level="warning",
    confidence="high",
    since="0.1.0",
    check=check,
)
