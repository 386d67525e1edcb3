"""Which bodies are complete, and which macros keep the others from being so; which item macros are expanded.

    python tools/completeness.py [-v] TARGET...

A body is complete when it holds no opaque operation and no parse error. Counted are the functions outside tests that
hold an unsafe block, are unsafe, or call a method that may take a lock; those that macros write are counted apart.
Prints a line for each target, then the macros and other reasons, over all targets. `-v` names each function.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from typing import NamedTuple

from scrutineer.facts.operations import LOCK_LIKE
from scrutineer.model.body import Body
from scrutineer.program.entries import FunctionEntry
from scrutineer.program.paths import canonical_path
from scrutineer.program.program import Program
from scrutineer.rules.unit import Unit
from scrutineer.run.audit import opened_jobs
from scrutineer.run.checking import unit_of
from scrutineer.run.executor import executor_for
from scrutineer.run.options import Question
from scrutineer.run.ownership import ownership
from scrutineer.run.reading import read_all
from scrutineer.run.store import opened_store
from scrutineer.run.watcher import Quiet
from scrutineer.run.work import crate_tasks

_LEAST = 0.95


class Seen(NamedTuple):
    """A body that counts: where it stands, whether a macro wrote it, and why it is not complete, if it is not."""

    path: str
    expanded: bool
    reasons: tuple[str, ...]


class Holes(NamedTuple):
    """Item macros of a target that the tables know nothing of: how many, and names of those left closed."""

    filled: int
    open: tuple[str, ...]


def units(target: str) -> Iterator[Unit]:
    """Crates of a target as rules see them, but for tests, benchmarks and examples."""
    with opened_jobs([Question(target)]) as (job,):
        size = sum(file.size for file in job.target.files)
        with (
            closing(executor_for(size, 1, bodies=True)) as executor,
            opened_store(None, print, small=executor.small) as store,
        ):
            (contents,) = read_all([job], {}, store, executor, Quiet())
            crates, _ = ownership(job.target, contents.modules)
            for task in crate_tasks(job, contents, crates, store.path):
                if not task.source.unit.mark:
                    yield unit_of(task)


def bodies(unit: Unit) -> Iterator[Seen]:
    """Bodies of a crate that count."""
    program = unit.program
    blocks = [{block.function for block in facts.unsafe_blocks} for facts in program.files]
    for entry in program.functions:
        facts = program.files[entry.file]
        if entry.item.body_span is None or entry.item.definition >= 0 or _of_test(unit, program, entry):
            continue
        calls = facts.skeletons[entry.number].calls
        locks = any(name.startswith(".") and name[1:] in LOCK_LIKE for name in calls)
        if entry.item.unsafe or locks or entry.number in blocks[entry.file]:
            body = program.bodies.of(facts, entry.number)
            reasons = tuple(sorted(set(_reasons(body))))
            yield Seen(
                f"{facts.path} {canonical_path(program, entry)}", entry.file >= program.written, reasons
            )


def _of_test(unit: Unit, program: Program, entry: FunctionEntry) -> bool:
    file, _ = program.written_at(entry.file, entry.item.span)
    return entry.item.test or unit.marked(program.files[file].path)


def _reasons(body: Body | None) -> Iterator[str]:
    if body is None:
        yield "(not lowered)"
        return
    if body.damaged:
        yield "(parse error)"
    for block in body.blocks:
        for operation in block.operations:
            if operation.kind == "opaque":
                yield f"{operation.name}!"
    for closure in body.closures:
        yield from _reasons(closure)


def holes(program: Program) -> Holes:
    """Macro calls where items stand, those in expansions too."""
    filled = program.tree.included | {(each.parent, each.call) for each in program.expansions}
    calls = [
        (number, call)
        for number, facts in enumerate(program.files)
        for call in facts.macro_calls
        if call.position == "item" and call.definition < 0 and call.macro < 0
    ]
    closed = [f"{call.name}!" for number, call in calls if (number, call.span) not in filled]
    return Holes(len(calls) - len(closed), tuple(closed))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("targets", nargs="+", metavar="TARGET")
    parser.add_argument("-v", "--verbose", action="store_true", help="name each body that is not complete")
    options = parser.parse_args()
    everything: list[Seen] = []
    closed: Counter[str] = Counter()
    filled = 0
    for target in options.targets:
        found: dict[str, Seen] = {}
        for unit in units(target):
            found |= {seen.path: seen for seen in bodies(unit)}
            counted = holes(unit.program)
            filled += counted.filled
            closed.update(counted.open)
        everything += found.values()
        name = target.rstrip("/").rpartition("/")[2]
        print(_line(name, list(found.values())), flush=True)
        if options.verbose:
            print(*(f"    {s.path}: {' '.join(s.reasons)}" for s in found.values() if s.reasons), sep="\n")
    print(_line("together", everything))
    reasons = Counter(reason for seen in everything for reason in seen.reasons)
    print("reasons:", *(f"{number:6} {reason}" for reason, number in reasons.most_common(40)), sep="\n")
    print(f"item macros expanded: {filled}; not: {closed.total()}")
    print(*(f"{number:6} {name}" for name, number in closed.most_common(40)), sep="\n")


def _line(name: str, found: list[Seen]) -> str:
    own, made = ([s for s in found if s.expanded is apart] for apart in (False, True))
    complete = sum(not s.reasons for s in own)
    share = complete / len(own) if own else 1.0
    mark = " <" if share < _LEAST else ""
    return (
        f"{name:40} {complete:6} of {len(own):6} {share:7.1%}{mark:2}"
        f"  written by macros {sum(not s.reasons for s in made)} of {len(made)}"
    )


if __name__ == "__main__":
    main()
