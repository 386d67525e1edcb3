"""Safety cases of a target: all of them for a list, or those that a SITE means, with trusted base and source."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from scrutineer.model.case import SafetyCase
from scrutineer.model.finding import Coverage, TargetIdentity, ToolIdentity
from scrutineer.rules.engine import check_unit
from scrutineer.rules.selection import select_rules
from scrutineer.rules.unit import Unit
from scrutineer.run.crates import opened_crates
from scrutineer.run.laying import NAMING, laid_over
from scrutineer.run.options import Machine, Question
from scrutineer.run.tool import version
from scrutineer.run.watcher import Watcher

_AROUND = 12  # lines of source before a site, where no function encloses it


class Excerpt(msgspec.Struct, frozen=True):
    """Lines of one file, from `line` on."""

    path: str
    line: int
    text: str


class Dossier(msgspec.Struct, frozen=True):
    """A case with the source that a reader of it needs."""

    case: SafetyCase
    around: Excerpt


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of `scrutineer sites`; `--format json` is this record."""

    schema: int = 1
    tool: ToolIdentity
    target: TargetIdentity
    coverage: Coverage
    cases: tuple[SafetyCase, ...]


class Found(msgspec.Struct, frozen=True):
    """What a SITE means; several under cfg predicates, or where it names an item."""

    dossiers: tuple[Dossier, ...]
    coverage: Coverage


def list_cases(question: Question, machine: Machine, watcher: Watcher) -> Listed:
    """Every site of a target with its case. Raises TargetError."""
    with opened_crates(question, machine, watcher) as opened:
        found = _once(_marked(unit, case) for unit in opened.units for case in _judged(unit, unit.cases.all))
    return Listed(
        tool=ToolIdentity("scrutineer", version()),
        target=opened.target,
        coverage=opened.coverage,
        cases=found,
    )


def find_cases(question: Question, site: str, machine: Machine, watcher: Watcher) -> Found:
    """Cases of the sites that a SITE means, with their trusted bases. Raises TargetError."""
    dossiers: dict[tuple[str, int, int], Dossier] = {}
    with opened_crates(question, machine, watcher) as opened:
        for unit in opened.units:
            for case in _judged(unit, unit.cases.named(site)):
                key = (case.site.path, case.site.span.start, case.site.span.end)
                if key not in dossiers:
                    dossiers[key] = Dossier(unit.cases.whole(case), _around(unit, case))
    return Found(tuple(dossiers.values()), opened.coverage)


def _judged(unit: Unit, cases: tuple[SafetyCase, ...]) -> tuple[SafetyCase, ...]:
    """The cases with what contradicts them, named by the findings that say so."""
    return laid_over(unit, cases, check_unit(unit, select_rules(NAMING))) if cases else ()


def _marked(unit: Unit, case: SafetyCase) -> SafetyCase:
    """The case, its site known as test code also where only the file's place says so."""
    if case.site.test or not unit.marked(case.site.path):
        return case
    return msgspec.structs.replace(case, site=msgspec.structs.replace(case.site, test=True))


def _once(cases: Iterable[SafetyCase]) -> tuple[SafetyCase, ...]:
    """Cases in source order, those of a file in several crates once."""
    found = {(c.site.path, c.site.span.start, c.site.span.end, c.site.id.kind): c for c in cases}
    return tuple(found[key] for key in sorted(found))


def _around(unit: Unit, case: SafetyCase) -> Excerpt:
    """The function around a site, or some lines before it."""
    site = case.site
    lines = unit.text(site.path).decode(errors="replace").splitlines()
    first, last = max(site.location.start.line - _AROUND, 1), site.location.end.line
    items = [item for item in unit.enclosing(site.path, site.span) if item.name_span != site.span]
    if items and site.function >= 0:
        place = unit.location(site.path, items[-1].span)
        first, last = place.start.line, place.end.line
    return Excerpt(site.path, first, "\n".join(lines[first - 1 : last]))
