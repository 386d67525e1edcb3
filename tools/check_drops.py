"""Compares which locals of real functions are dropped with what the compiler drops.

    python tools/check_drops.py [-v] CRATE_FOLDER...

Each crate is built with the machine's rustc for its MIR text, in which drops are decided, and read by Scrutineer.
Locals are joined by where they begin: a variable at its name, a temporary at its expression. This builds what it
is given: only for crates that we chose, never part of the product.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from check_resolution import build, library_of
from scrutineer.flow.function import Flows, FunctionFlow
from scrutineer.model.body import Local, Place
from scrutineer.program.program import Program

Key = tuple[str, int, int]
_DECLARED = re.compile(
    r"^\s+let (?:mut )?(_\d+): .*// (?:return place )?in scope \d+ at (\S+?):(\d+):(\d+): "
)
_NAMED = re.compile(r"^\s+debug \S+ => (_\d+);.*// in scope \d+ at (\S+?):(\d+):(\d+): ")
_DROP = re.compile(r"^\s+drop\((.*?)\) -> ")
_LOCAL = re.compile(r"_\d+")
_DISCRIMINANT = re.compile(r"= discriminant\((_\d+)\); +// scope \d+ at (\S+: \S+)")
_AT = re.compile(r"// scope \d+ at (\S+: \S+)")


class Compiled(NamedTuple):
    """What MIR says of locals: all that it has, and those that are dropped on an ordinary way, or on any.

    At the end of the scope of an enum that is partly moved it drops what other variants hold, behind a test of the
    discriminant (`tested`), also where the arm that moved has decided which variant it is and the test never fails.
    """

    known: set[Key]
    dropped: set[Key]
    anywhere: set[Key]
    tested: set[Key]


def compiled(text: str) -> Compiled:
    """Read MIR text."""
    result = Compiled(set(), set(), set(), set())
    tests = set(_DISCRIMINANT.findall(text))
    places: dict[str, Key] = {}
    cleanup = False
    for line in text.splitlines():
        if line.startswith(("fn ", "const ", "static ")):
            places = {}
        found = _DECLARED.match(line) or _NAMED.match(line)
        if found:
            key = (found[2], int(found[3]), int(found[4]))
            places.setdefault(found[1], key)
            result.known.add(key)
        elif line.startswith("    bb"):
            cleanup = "(cleanup)" in line
        elif (drop := _DROP.match(line)) and "(*" not in drop[1]:
            local = _LOCAL.search(drop[1])
            if local and local[0] in places:
                result.anywhere.add(places[local[0]])
                at = _AT.search(line)
                if not cleanup:
                    tested = at is not None and (local[0], at[1]) in tests
                    (result.tested if tested else result.dropped).add(places[local[0]])
    return result


def decided(flow: FunctionFlow) -> Iterator[tuple[Key, str, str]]:
    """Each local of a body with whether it is dropped on an ordinary way (yes, no, unknown), and what it is."""
    answers: dict[int, set[str]] = {}
    for point, operation in flow.graph.points():
        place = operation.target
        if operation.kind != "drop" or place is None or place.local < 0 or "*" in place.steps:
            continue
        dropped = flow.drops.decision(point)
        certain = flow.answers.needs_drop(place) == "yes" and not dropped.perhaps
        if any(_in_box(flow, part) for part in dropped.without):
            certain = False  # what is left of an emptied box is memory: MIR frees it by a call, not by a drop
        real = dropped.real
        answers.setdefault(place.local, set()).add(real if real == "no" else "yes" if certain else "unknown")
    for number, local in enumerate(flow.body.locals):
        said = answers.get(number, set())
        what = f"{local.kind} `{local.name}`: {flow.typed.locals[number]}"
        yield key_of(flow, local), "yes" if "yes" in said else "no" if said <= {"no"} else "unknown", what


def _in_box(flow: FunctionFlow, part: Place) -> bool:
    return "*" in part.steps or any(type_.last == "Box" for type_ in flow.answers.place(part).through)


def key_of(flow: FunctionFlow, local: Local) -> Key:
    """Where the compiler says that a local begins."""
    facts = flow.program.files[flow.entry.file]
    start = facts.lines.position(local.span.start)
    column = start.column
    if local.kind == "variable" and local.mutable:
        column -= len("mut ")
    return facts.path, start.line, column


def compare(program: Program, mir: Compiled) -> tuple[Counter[str], list[str], int]:
    """Counts of agreement, the differences, and how many functions were compared."""
    flows = Flows(program)
    tally: Counter[str] = Counter()
    differences: list[str] = []
    functions = 0
    for entry in program.functions:
        if entry.file >= program.written:
            continue
        flow = flows.of(entry.index)
        if flow is None or flow.body.damaged or flow.body.holes:
            continue
        locals_ = [each for body in flow.all_bodies() for each in decided(body)]
        joined = [each for each in locals_ if each[0] in mir.known]
        functions += bool(joined)
        merged: dict[Key, tuple[set[str], str]] = {}
        for key, answer, what in joined:
            merged.setdefault(key, (set(), what))[0].add(answer)
        for key, (said, what) in merged.items():
            outcome = _outcome(said, dropped=key in mir.dropped, tested=key in mir.tested)
            tally[outcome] += 1
            if outcome in {"missed", "invented"}:
                differences.append(f"{outcome} {key[0]}:{key[1]}:{key[2]} {what}")
    return tally, differences, functions


def _outcome(said: set[str], *, dropped: bool, tested: bool) -> str:
    if tested and not dropped:
        return "behind a test"
    if "yes" in said:
        return "dropped" if dropped else "invented"
    if "unknown" in said:
        return "left open, dropped" if dropped else "left open, not dropped"
    return "missed" if dropped else "not dropped"


if __name__ == "__main__":
    everything: Counter[str] = Counter()
    total = 0
    for word in [argument for argument in sys.argv[1:] if argument != "-v"]:
        counted, different, number = compare(library_of(Path(word), {}), compiled(build(Path(word)).mir))
        everything += counted
        total += number
        print(f"{Path(word).name}: {number} functions, {dict(counted)}")
        if "-v" in sys.argv:
            print("\n".join(different))
    print(f"{total} functions, {dict(everything)}")
