"""Functions of a target by name, with everything that is known of their bodies."""

from __future__ import annotations

import re

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.summaries import Summaries
from scrutineer.model.finding import Coverage
from scrutineer.model.summary import Summary
from scrutineer.program.paths import canonical_path
from scrutineer.program.program import Program
from scrutineer.run.crates import opened_crates
from scrutineer.run.options import Machine, Question
from scrutineer.run.watcher import Watcher

_QUALIFIED = re.compile(r"<([^<>]*) as [^<>]*>")


class Found(msgspec.Struct, frozen=True):
    """Functions that a name means, by path; several under cfg predicates or in several crates."""

    functions: tuple[tuple[str, FunctionFlow, Summary], ...]
    coverage: Coverage


def find_functions(question: Question, name: str, machine: Machine, watcher: Watcher) -> Found:
    """Functions whose path is `name`, or ends with it at a `::`. Raises TargetError.

    A method of a trait's impl is named by `<Type as Trait>::method` or, shorter, by `Type::method`.
    """
    found: dict[tuple[str, int], tuple[str, FunctionFlow, Summary]] = {}
    with opened_crates(question, machine, watcher) as opened:
        for unit in opened.units:
            summaries = Summaries(unit.flows)
            for path, function in named_functions(unit.program, name):
                flow = unit.flows.of(function)
                if flow is not None:
                    place = flow.path, flow.body.span.start
                    found.setdefault(place, (path, flow, summaries.of(function)))
                    _know_all(flow)
        return Found(tuple(found.values()), opened.coverage)


def named_functions(program: Program, name: str) -> list[tuple[str, int]]:
    """Paths and indexes of the functions that a name means: by whole path, else by its last segments."""
    paths = [canonical_path(program, entry) for entry in program.functions]
    exact = [(path, at) for at, path in enumerate(paths) if path == name]
    return exact or [
        (path, at)
        for at, path in enumerate(paths)
        if path.endswith(f"::{name}") or _QUALIFIED.sub(r"\1", path).endswith(f"::{name}")
    ]


def _know_all(flow: FunctionFlow) -> None:
    """Ask everything that is computed late while the target is still open."""
    for each in flow.all_bodies():
        for point, _ in each.graph.points():
            each.unwinds(point)
