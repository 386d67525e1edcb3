"""Closures that a call runs before it returns: which locks they take, and which the callee holds meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.locks.acquisitions import Acquisition
from scrutineer.locks.callers import from_caller
from scrutineer.locks.locks import Locks
from scrutineer.locks.places import Root, root_of, written
from scrutineer.locks.summary import Step, Taken
from scrutineer.model.body import Operation, Place
from scrutineer.model.lock import Guard, LockId, LockMode

_AT_ONCE = ("core::option::Option::", "core::result::Result::")
_AT_ONCE_BY_NAME = frozenset(
    {
        "for_each",
        "try_for_each",
        "fold",
        "try_fold",
        "any",
        "all",
        "find",
        "position",
        "retain",
        "sort_by",
        "sort_by_key",
    }
)
"""Functions of std that run a closure before they return; iterator adapters run it later, when the lock may be free."""


class ClosureRun(msgspec.Struct, frozen=True, kw_only=True):
    """A closure of `flow` that the call at `point` runs before it returns; the callee holds `under` then."""

    flow: FunctionFlow
    point: Point
    operation: Operation
    body: FunctionFlow
    under: tuple[Taken, ...]


class InClosure(msgspec.Struct, frozen=True, kw_only=True):
    """A lock that a closure takes, under the names of the function that writes the closure."""

    lock: LockId
    root: Root
    mode: LockMode
    waits: str
    certain: bool
    chain: tuple[Step, ...]


def closures_run(
    locks: Locks, flow: FunctionFlow, point: Point, operation: Operation
) -> Iterator[ClosureRun]:
    """Closures that a call runs: one of std that is known to, or a function of the crate that calls its parameter."""
    if operation.kind != "call" or not flow.closures:
        return
    call = flow.target(point)
    at_once = call.path.startswith(_AT_ONCE) or call.name in _AT_ONCE_BY_NAME
    for at, operand in enumerate(operation.operands, start=1):
        type_ = flow.type_of(operand.place) if operand.place is not None else None
        if type_ is None or type_.kind != "closure" or not type_.name.isdigit():
            continue
        body = flow.closures[int(type_.name)]
        summary = locks.at_call(flow, point)
        for run in summary.runs if summary is not None else ():
            if run.parameter == at:
                yield ClosureRun(flow=flow, point=point, operation=operation, body=body, under=run.under)
                break
        else:
            if at_once:
                yield ClosureRun(flow=flow, point=point, operation=operation, body=body, under=())


def held_by(run: ClosureRun) -> Iterator[Acquisition]:
    """What the callee holds while it runs the closure, as if the caller had taken it with the call."""
    for taken in run.under:
        seen = from_caller(run.flow, taken, run.operation)
        if seen is not None:
            guard = Guard(
                lock=seen[0], mode=taken.mode, local=-1, block=run.point.block, operation=run.point.at,
                span=run.operation.span,
            )  # fmt: skip
            yield Acquisition(
                guard=guard, root=seen[1], waits=taken.waits, through=run.flow.target(run.point).path
            )


def taken_inside(locks: Locks, run: ClosureRun) -> Iterator[InClosure]:
    """Locks that a closure takes, itself or through what it calls."""
    body, path = run.body, run.flow.path
    within = locks.inside(body)
    for each in within.acquisitions if within is not None else ():
        outer = _outside(run, each.guard.lock, each.root) if each.root is not None else None
        if outer is not None and not each.guard.attempt:
            step = Step(path, each.guard.span, f"takes `{outer[0]}` again")
            yield InClosure(
                lock=outer[0],
                root=outer[1],
                mode=each.guard.mode,
                waits=each.waits,
                certain=True,
                chain=(step,),
            )
    for point, operation in body.graph.points():
        summary = locks.at_call(body, point) if operation.kind == "call" else None
        for taken in summary.takes if summary is not None else ():
            seen = from_caller(body, taken, operation)
            outer = _outside(run, *seen) if seen is not None else None
            if outer is not None:
                step = Step(path, operation.span, f"calls `{body.target(point).path}`")
                yield InClosure(
                    lock=outer[0], root=outer[1], mode=taken.mode, waits=taken.waits, certain=taken.always,
                    chain=(step, *taken.chain),
                )  # fmt: skip


def _outside(run: ClosureRun, lock: LockId, root: Root) -> tuple[LockId, Root] | None:
    place = root.place
    if place.static:
        return lock, root
    captured = next((c.place for c in run.body.body.captures if c.local == place.local), None)
    if captured is None:
        return None
    found = root_of(run.flow, Place(captured.local, place.steps, captured.static))
    named = LockId(lock.owner, lock.field, written(run.flow, found.place))
    return named, Root(found.place, found.exact and root.exact)
