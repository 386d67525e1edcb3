"""Trusted bases of a target: of one item, or how much each module's unsafe code asks to be reviewed."""

from __future__ import annotations

import msgspec

from scrutineer.cases.cases import NamedBase
from scrutineer.cases.review_lines import ModuleLines, review_lines
from scrutineer.model.finding import Coverage, TargetIdentity, ToolIdentity
from scrutineer.run.crates import opened_crates
from scrutineer.run.options import Machine, Question
from scrutineer.run.tool import version
from scrutineer.run.watcher import Watcher


class Boundary(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of `scrutineer boundary`; `--format json` is this record."""

    schema: int = 1
    tool: ToolIdentity
    target: TargetIdentity
    coverage: Coverage
    bases: tuple[NamedBase, ...] = ()
    modules: tuple[ModuleLines, ...] = ()


def find_boundary(question: Question, item: str, machine: Machine, watcher: Watcher) -> Boundary:
    """Bases of what `item` names; of every module's sites where it is empty. Raises TargetError."""
    bases: dict[NamedBase, None] = {}
    modules: dict[str, ModuleLines] = {}
    with opened_crates(question, machine, watcher) as opened:
        for unit in opened.units:
            if item:
                bases.update(dict.fromkeys(unit.cases.boundary(item)))
            elif not unit.crate.mark:
                for row in review_lines(unit.cases):
                    modules.setdefault(row.module, row)
    return Boundary(
        tool=ToolIdentity("scrutineer", version()),
        target=opened.target,
        coverage=opened.coverage,
        bases=tuple(bases),
        modules=tuple(modules.values()),
    )
