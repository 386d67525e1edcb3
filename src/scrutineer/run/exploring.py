"""Models out of a target: that of a finding, and that of two functions which the user names."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scrutineer.explore.model import Model
from scrutineer.explore.verdict import Verdict
from scrutineer.interference.interference import Interference
from scrutineer.rules.engine import check_unit
from scrutineer.rules.selection import select_rules
from scrutineer.rules.unit import Unit
from scrutineer.run.crates import opened_crates
from scrutineer.run.items import named_functions
from scrutineer.run.options import Machine, Question
from scrutineer.run.watcher import Watcher

_RULE = "detached-while-shared"


class NothingToExploreError(Exception):
    """The target has no such finding, or the two functions share nothing that a model could be about."""


class Explored(msgspec.Struct, frozen=True):
    """A model with its verdict, and what the verdict assumes."""

    model: Model
    verdict: Verdict
    assumption: str


def explore_finding(question: Question, id_: str, machine: Machine, watcher: Watcher) -> Explored:
    """The model of a finding, by its id or a beginning of it. Raises TargetError, NothingToExploreError."""
    with opened_crates(question, machine, watcher) as opened:
        for unit in opened.units:
            found = next(_of_finding(unit, id_), None)
            if found is not None:
                return found
    raise NothingToExploreError(f"{question.word}: no finding `{id_}` that has a model (rule {_RULE})")


def _of_finding(unit: Unit, id_: str) -> Iterator[Explored]:
    for finding in check_unit(unit, select_rules([_RULE])):
        if not finding.id.startswith(id_):
            continue
        for judged in unit.interference.judgements:
            detach = judged.pair.detach
            place = unit.location(detach.flow.path, detach.flow.operation(detach.point).span)
            if place == finding.location and judged.outcome != "cleared":
                yield Explored(judged.model, judged.verdict, judged.assumption)


def explore_pair(
    question: Question, items: tuple[str, str], machine: Machine, watcher: Watcher
) -> tuple[Explored, ...]:
    """One model per container that both functions touch under one lock. Raises TargetError, NothingToExploreError."""
    known = [False, False]
    with opened_crates(question, machine, watcher) as opened:
        for unit in opened.units:
            named = [[function for _, function in named_functions(unit.program, item)] for item in items]
            known = [was or bool(functions) for was, functions in zip(known, named, strict=True)]
            found = tuple(
                Explored(shared.model, shared.verdict, shared.assumption)
                for first in named[0]
                for second in named[1]
                for shared in _of_pair(unit.interference, first, second)
            )
            if found:
                return found
    missing = [item for item, was in zip(items, known, strict=True) if not was]
    if missing:
        raise NothingToExploreError(f"{question.word}: no function `{missing[0]}`")
    raise NothingToExploreError(f"`{items[0]}` and `{items[1]}` touch no container under one lock")


def _of_pair(interference: Interference, first: int, second: int) -> Iterator[Explored]:
    for shared in interference.of_functions(first, second):
        yield Explored(shared.model, shared.verdict, shared.assumption)
