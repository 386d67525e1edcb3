"""A safe function that calls a C function which must not run in two threads at once."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from scrutineer.flow.function import FunctionFlow
from scrutineer.model.items import Function
from scrutineer.model.types import TypeRef
from scrutineer.program.paths import canonical_path
from scrutineer.program.tables.locks import guard_types
from scrutineer.rules.draft import Draft
from scrutineer.rules.rule import Rule
from scrutineer.rules.unit import Unit

_FARTHEST = 4  # calls between a public function and the one that calls into C

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
        if entry.item.body_span is None or not unit.has_unsafe(entry):
            continue
        flow = unit.flows.of(entry.index)
        drafts = list(_calls(flow)) if flow is not None else []
        if drafts and _runs_unlocked(unit, entry.index, _FARTHEST):
            yield from drafts


def _runs_unlocked(unit: Unit, function: int, depth: int) -> bool:
    """Whether safe code outside the crate can make a function run while no lock is held for it: by itself or by callers."""
    entry = unit.program.functions[function]
    flow = unit.flows.of(function)
    if entry.item.test or entry.item.unsafe or flow is None or _holds_guard(flow):
        return False
    if unit.program.visibility.is_reachable(entry):
        return True
    twins = (
        unit.program.find(canonical_path(unit.program, entry)) if depth else ()
    )  # under other cfg predicates
    callers = {
        edge.caller
        for twin in twins
        if isinstance(twin.item, Function)
        for edge in unit.program.call_graph.callers(twin.index)
    }
    return any(_runs_unlocked(unit, caller, depth - 1) for caller in callers - {function})


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
    return any(_is_guard(type_) for type_ in flow.typed.locals)


def _is_guard(type_: TypeRef) -> bool:
    """Whether a type is a guard, or holds one: `lock()` gives a `Result`."""
    return type_.name in guard_types() or any(map(_is_guard, type_.args))


RULE = Rule(
    id="thread-unsafe-call",
    summary="safe functions that call C functions which are not thread-safe",
    classes=("data-race",),
    level="warning",
    confidence="high",
    since="0.1.0",
    check=check,
)
