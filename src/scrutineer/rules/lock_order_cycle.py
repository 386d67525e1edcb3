"""Two functions that take the same locks in different orders."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.locks.order import Cycle, Edge, cycles, edges_of, edges_of_callbacks
from scrutineer.model.finding import Flow
from scrutineer.model.lock import LockId
from scrutineer.rules.draft import Draft
from scrutineer.rules.rule import Rule
from scrutineer.rules.unit import Unit


def check(unit: Unit) -> Iterator[Draft]:
    """Report each cycle once, where its first lock is held and the next is taken."""
    for cycle in cycles(_edges(unit)):
        yield _draft(unit, cycle)


def _edges(unit: Unit) -> Iterator[Edge]:
    for inside in unit.locks.bodies():
        if not unit.marked(inside.flow.path):
            yield from edges_of(unit.locks, inside)
    for flow in unit.locks.callback_users:
        if not unit.marked(flow.path):
            yield from edges_of_callbacks(unit.locks, flow)


def _draft(unit: Unit, cycle: Cycle) -> Draft:
    first, *rest = cycle.edges
    order = ", ".join(
        f"`{_name(edge.taken)}` after `{_name(edge.held)}` in `{_function(edge)}`" for edge in cycle.edges
    )
    return Draft(
        path=first.flow.path,
        span=first.span,
        message=f"locks are taken in a circle: {order}; threads that do this at once on the same objects wait for each other",
        related=tuple(
            unit.related(
                edge.flow.path,
                edge.span,
                f"`{_function(edge)}` takes `{_name(edge.taken)}` while it holds `{_name(edge.held)}`",
            )
            for edge in rest
        ),
        flows=tuple(
            Flow(
                "chain",
                tuple(unit.step(step.path, step.span, step.text) for step in edge.chain),
                _function(edge),
            )
            for edge in cycle.edges
        ),
        help="take them in one order everywhere, or give the first back before the second",
    )


def _name(lock: LockId) -> str:
    owner = lock.owner.rpartition("::")[2]
    return f"{owner}.{lock.field}" if owner else lock.field


def _function(edge: Edge) -> str:
    return edge.flow.entry.item.name


RULE = Rule(
    id="lock-order-cycle",
    summary="locks that are taken in different orders",
    classes=("deadlock",),
    level="warning",
    confidence="medium",
    since="0.1.0",
    check=check,
)
