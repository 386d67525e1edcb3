"""How much code must be reviewed because of unsafe: the trusted bases of a module's sites, beside its unsafe lines."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from scrutineer.cases.cases import Cases
from scrutineer.model.span import Location


class ModuleLines(msgspec.Struct, frozen=True):
    """One module: its sites, code lines, lines in unsafe code, and lines (of any module) that its sites rest on."""

    module: str
    sites: int
    code_lines: int
    unsafe_lines: int
    review_lines: int


def review_lines(cases: Cases) -> tuple[ModuleLines, ...]:
    """Rows for the modules with unsafe sites outside tests, the ones that ask for most review first."""
    program = cases.flows.program
    modules = {path: program.modules[scopes[""]].path for path, scopes in _scopes(cases)}
    places: dict[str, list[Location]] = {}
    counts: dict[str, int] = {}
    for site in cases.sites:
        if not site.test:
            module = modules[site.path]
            counts[module] = counts.get(module, 0) + 1
            places.setdefault(module, []).extend(e.location for e in cases.bases.of_site(site).entries)
    rows = []
    for module, found in places.items():
        own = [facts.inventory for facts in program.files[: program.written] if modules[facts.path] == module]
        code, unsafe = sum(i.code_lines for i in own), sum(i.unsafe_lines for i in own)
        rows.append(ModuleLines(module, counts[module], code, unsafe, _covered(found)))
    return tuple(sorted(rows, key=lambda row: (-row.review_lines, row.module)))


def _scopes(cases: Cases) -> Iterable[tuple[str, dict[str, int]]]:
    program = cases.flows.program
    paths = (facts.path for facts in program.files[: program.written])
    return zip(paths, program.tree.scopes, strict=False)


def _covered(places: Iterable[Location]) -> int:
    """Lines that the places cover, each counted once."""
    return len({(each.path, line) for each in places for line in range(each.start.line, each.end.line + 1)})
