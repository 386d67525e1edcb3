"""A safe function that calls a C function which must not run in two threads at once."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from scrutineer.flow.function import FunctionFlow
from scrutineer.program.tables.locks import guard_types
from scrutineer.rules.draft import Draft
from scrutineer.rules.rule import Rule
from scrutineer.rules.unit import Unit

_WHY = {
    "environment": "it reads or changes the environment of the process, which no lock protects",
    "locale": "it changes the locale of the whole process, which other threads read",
    "static_buffer": "its result lies in memory that a call from another thread overwrites",
}


@cache
def _reasons() -> dict[str, str]:
    """Why each function of the table must not run beside itself."""
    table = tomllib.loads(
        files("scrutineer.rules").joinpath("thread_unsafe_functions.toml").read_text("utf-8")
    )
    return {name: _WHY[kind] for kind, entry in table.items() for name in entry["names"]}


def check(unit: Unit) -> Iterator[Draft]:
    """Report calls of such functions in safe functions that others can call, where no lock is held."""
    for entry in unit.program.functions:
        item = entry.item
        if item.body_span is None or item.test or item.unsafe or not unit.has_unsafe(entry):
            continue
        if not unit.program.visibility.is_reachable(entry):
            continue
        flow = unit.flows.of(entry.index)
        if flow is not None and not _holds_guard(flow):
            yield from _calls(flow)


def _calls(flow: FunctionFlow) -> Iterator[Draft]:
    for body in flow.all_bodies():
        for point, operation in body.graph.points():
            target = body.target(point)
            if operation.kind != "call" or target.kind != "foreign":
                continue
            name = target.name or (operation.callee.name.rpartition("::")[2] if operation.callee else "")
            if name in _reasons():
                yield Draft(
                    path=body.path,
                    span=operation.span,
                    message=f"safe code can call `{name}` from several threads at once: {_reasons()[name]}",
                    help="make the function unsafe and say so, hold a lock that every caller holds, or use a thread-safe variant",
                )


def _holds_guard(flow: FunctionFlow) -> bool:
    """Whether the function holds a lock's guard somewhere: then its author thought of other threads."""
    return any(type_.name in guard_types() for type_ in flow.typed.locals)


RULE = Rule(
    id="thread-unsafe-call",
    summary="safe functions that call C functions which are not thread-safe",
    classes=("data-race",),
    level="warning",
    confidence="high",
    since="0.1.0",
    check=check,
)
