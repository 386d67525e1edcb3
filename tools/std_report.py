"""Which calls into the standard library the tables and the catalogue do not know.

    python tools/std_report.py TARGET...

Only functions with an unsafe site count. Prints, over all targets, how many calls into core, alloc and std have
their signature in the tables, which have not, and which unsafe ones lack a contract. Calls whose callee could
not be told at all are counted apart: they are no question of tables.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator

from scrutineer.contracts import catalogue
from scrutineer.facts.read import read_file
from scrutineer.program.program import Program
from scrutineer.program.sites import sites
from scrutineer.program.tables import standard
from scrutineer.program.typing import CallTarget
from scrutineer.source.locate import opened
from scrutineer.source.survey import Settings
from scrutineer.syntax.parse import NotReadableError

_CRATES = ("core::", "alloc::", "std::")


def programs(target: str) -> Iterator[Program]:
    """Crates of a target, each by itself: what they depend on is not read."""
    with opened(target, Settings()) as found:
        read = {}
        for file in found.target.files:
            if not file.mark:
                try:
                    read[file.path] = read_file(file.path, found.reader.read(file.path))
                except NotReadableError as error:
                    print(f"{file.path}: {error}", file=sys.stderr)
        for unit in found.target.crates:
            if unit.kind not in {"lib", "proc-macro", "kernel"}:
                continue
            yield Program(unit, list(read.values()), None, found.reader.read)


def calls(program: Program) -> Iterator[CallTarget]:
    """Calls in functions with a certain unsafe site outside tests."""
    holding = {site.function for site in sites(program) if site.function >= 0 and not site.test}
    for function in sorted(holding):
        for edge in program.call_graph.calls(function):
            yield edge.target


def is_standard(target: CallTarget) -> bool:
    """Whether the callee is one of core, alloc or std, or is named by a path into them."""
    return target.kind == "std" or (
        target.kind in {"unknown", "external"} and target.path.startswith(_CRATES)
    )


def is_known(target: CallTarget) -> bool:
    """Whether the tables have the callee's signature."""
    tables = standard()
    owner, _, name = target.path.rpartition("::")
    trait = target.trait.partition("<")[0]
    return bool(
        tables.function(target.path) or tables.method(owner, name) or (trait and tables.method(trait, name))
    )


def main() -> None:
    """Count over all targets, and list what is missing."""
    counts: Counter[str] = Counter()
    missing: Counter[str] = Counter()
    uncontracted: Counter[str] = Counter()
    for name in sys.argv[1:]:
        for program in programs(name):
            for target in calls(program):
                if not is_standard(target):
                    counts["callee unknown" if target.kind == "unknown" else "other"] += 1
                    continue
                counts["std"] += 1
                counts["in the tables"] += is_known(target)
                missing[target.path] += not is_known(target)
                if target.unsafe == "yes":
                    counts["unsafe"] += 1
                    uncontracted[target.path] += catalogue.contract_of(target.path) is None
    print(dict(counts))
    for title, found in (("not in the tables", missing), ("unsafe without a contract", uncontracted)):
        print(
            f"{title}:", *(f"  {number:5} {path}" for path, number in found.most_common() if number), sep="\n"
        )


if __name__ == "__main__":
    main()
