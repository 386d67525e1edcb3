"""Mutate lock-using code mechanically and count what the concurrency rules find: recall and false reports.

python tools/mutate.py TARGET... [--most 40] [--show]

Each mutation is written into one function of a real crate, next to one of its own lock acquisitions, in memory. It is
*broken* or *harmless* by construction: every kind has a twin that differs only in when the guard dies. Printed: per
kind how many broken mutants have a report that the crate did not have before, and how many harmless ones do.
Nothing is compiled, nothing of the target is run or written.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterator

import msgspec

from mutations import Others, Twin, twins
from scrutineer.cli.target_options import Asked, question
from scrutineer.facts.read import read_file
from scrutineer.locks.acquisitions import Acquisition
from scrutineer.locks.guard_types import protected_by
from scrutineer.locks.locks import FunctionLocks
from scrutineer.model.finding import Finding
from scrutineer.program.entries import FunctionEntry
from scrutineer.program.fields import fields_of
from scrutineer.program.paths import canonical_path
from scrutineer.rules.engine import check_unit
from scrutineer.rules.selection import select_rules
from scrutineer.rules.unit import Unit
from scrutineer.run.crates import opened_crates
from scrutineer.run.options import Machine
from scrutineer.run.watcher import Quiet

RULES = ("detached-while-shared", "double-lock", "lock-order-cycle", "guard-outlived", "unlocked-access")
_MUTEXES = frozenset({"Mutex", "SpinLock", "FairMutex", "SpinMutex"})
_VECTOR = "alloc::vec::Vec"
_LET = re.compile(rb"let\s+(?:mut\s+)?(\w+)\s*=\s*([^;{}]+);\Z")
_IS_GUARD = re.compile(rb"\.(?:lock|write)\(\)(?:\.unwrap\(\)|\.expect\([^()]*\))?\Z")
_POP_LOOP = re.compile(
    rb"while let Some\((\w+)\) = ([^;{}]+?)\.pop_front\(\) \{\s*drop\((\w+)\);(.*?)\n\s*\3 = ([^;]+);\s*\}",
    re.DOTALL,
)


class Mutant(msgspec.Struct, frozen=True):
    """One changed file. `broken` by construction; `function` is where it was changed."""

    kind: str
    broken: bool
    path: str
    text: bytes
    function: str


class Statement(msgspec.Struct, frozen=True):
    """`let NAME = TAKES;`, where it stands, and where its function begins and ends."""

    start: int
    end: int
    name: str
    takes: str
    span: tuple[int, int]


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("targets", nargs="+")
    parser.add_argument("--most", type=int, default=40, help="mutated places per target")
    parser.add_argument("--show", action="store_true", help="name every mutant that was judged wrongly")
    arguments = parser.parse_args()
    made: Counter[tuple[str, bool]] = Counter()
    reported: Counter[tuple[str, bool]] = Counter()
    for target in arguments.targets:
        with opened_crates(question(target, Asked()), Machine(), Quiet()) as opened:
            for unit in opened.units:
                before = {_key(finding) for finding in _findings(unit)}
                for mutant in _mutants(unit, arguments.most):
                    found = [each for each in _findings(_changed(unit, mutant)) if _key(each) not in before]
                    made[mutant.kind, mutant.broken] += 1
                    reported[mutant.kind, mutant.broken] += bool(found)
                    if arguments.show and bool(found) != mutant.broken:
                        print("wrong:", mutant.kind, target, mutant.path, mutant.function, mutant.broken)
    _print(made, reported)
    return 0


def _print(made: Counter[tuple[str, bool]], reported: Counter[tuple[str, bool]]) -> None:
    for broken in (True, False):
        print("broken: reported" if broken else "harmless: reported")
        for (kind, which), count in sorted(made.items()):
            if which == broken:
                print(f"  {kind:24} {reported[kind, which]:4} of {count}")
        total = sum(count for (_, which), count in made.items() if which == broken)
        print(f"  {'all':24} {sum(n for (_, which), n in reported.items() if which == broken):4} of {total}")


def _findings(unit: Unit) -> tuple[Finding, ...]:
    return tuple(f for f in check_unit(unit, select_rules(RULES)) if f.level != "note")


def _key(finding: Finding) -> tuple[str, str, str]:
    return finding.rule, finding.item, finding.message


def _changed(unit: Unit, mutant: Mutant) -> Unit:
    """The crate with one file changed."""

    def read(path: str) -> bytes:
        return mutant.text if path == mutant.path else unit.text(path)

    files = tuple(
        read_file(facts.path, mutant.text, unit.crate.edition) if facts.path == mutant.path else facts
        for facts in unit.files
    )
    return Unit(unit.crate, files, read, kernel=unit.kernel, dependencies=unit.program.dependencies)


def _mutants(unit: Unit, most: int) -> Iterator[Mutant]:
    places = 0
    for inside in unit.locks.bodies():
        if (
            unit.marked(inside.flow.path)
            or inside.flow.entry.item.test
            or not unit.has_file(inside.flow.path)
        ):
            continue
        yield from _pop_loops(unit, inside)
        for each in inside.acquisitions:
            statement = _statement(unit, inside, each)
            if statement is not None and places < most:
                places += 1
                yield from _at(unit, inside, statement)


def _statement(unit: Unit, inside: FunctionLocks, each: Acquisition) -> Statement | None:
    """The `let` of a blocking acquisition of an exclusive lock."""
    guard, root = each.guard, each.root
    if guard.parameter or guard.attempt or guard.mode != "exclusive" or root is None or not root.exact:
        return None
    if (
        each.waits not in {"sleeps", "spins"}
        or any(step[0] == "[" for step in root.place.steps)
        or guard.span.path
    ):
        return None
    text = unit.text(inside.flow.path)
    end = text.find(b";", guard.span.end) + 1
    start = max(text.rfind(mark, 0, guard.span.start) for mark in (b";", b"{", b"}")) + 1
    found = _LET.search(text, start, end) if end else None
    body = inside.flow.entry.item.body_span
    if found is None or body is None or found[2][:1] in b"&*" or b"//" in text[start:end]:
        return None
    if not _IS_GUARD.search(found[2]):
        return None
    name, takes = found[1].decode(), found[2].decode(errors="replace")
    return Statement(found.start(), end, name, takes, (body.start, body.end))


def _at(unit: Unit, inside: FunctionLocks, statement: Statement) -> Iterator[Mutant]:
    """Twins at one `let` of a guard: each differs from its harmless one only in when a guard dies."""
    path, text = inside.flow.path, unit.text(inside.flow.path)

    def mutant(twin: Twin, *, broken: bool) -> Mutant:
        before, after = twin.broken if broken else twin.harmless
        middle = text[statement.start : statement.end]
        parts = [text[: statement.start], before.encode(), middle, after.encode(), text[statement.end :]]
        return Mutant(twin.kind, broken, path, b"".join(parts), inside.flow.entry.item.name)

    for twin in twins(statement.takes, _others(unit, inside, statement), _buffers(unit, inside, statement)):
        yield mutant(twin, broken=True)
        yield mutant(twin, broken=False)
    yield from _drop_removed(inside, path, text, statement, statement.name)


def _acquired(inside: FunctionLocks, statement: Statement) -> Acquisition | None:
    return next(
        (a for a in inside.acquisitions if statement.start <= a.guard.span.start < statement.end), None
    )


def _others(unit: Unit, inside: FunctionLocks, statement: Statement) -> Others:
    """A second lock beside the statement's, and a method of the same object that certainly takes the same one."""
    mine = _acquired(inside, statement)
    place, _, ending = statement.takes.partition(".lock()")
    owner, _, field = place.rpartition(".")
    if mine is None or mine.root is None or (not ending and ".lock()" not in statement.takes):
        return Others()
    beside = next(
        (
            f"{owner}.{each.name}.lock(){ending}"
            for entry in unit.program.types
            for each in entry.item.fields
            if canonical_path(unit.program, entry) == mine.guard.lock.owner
            and each.name != field
            and each.type.last in _MUTEXES
        ),
        "",
    )
    caller = inside.flow.entry
    method = next(
        (
            f"self.{entry.item.name}();"
            for entry in unit.program.functions
            if owner == "self" and entry.index != caller.index and _is_beside(caller, entry)
            if (summary := unit.locks.summary(entry.index)) is not None
            if any(
                t.always and t.waits and t.lock.may_equal(mine.guard.lock) and t.parameter == 1 and t.exact
                for t in summary.takes
            )
        ),
        "",
    )
    return Others(beside, method)


def _is_beside(caller: FunctionEntry, entry: FunctionEntry) -> bool:
    """A method of the same impl that takes nothing but `&self`."""
    item = entry.item
    same = entry.file == caller.file and item.impl_ == caller.item.impl_ >= 0
    return (
        same
        and item.receiver == "&self"
        and not item.parameters
        and not item.unsafe
        and not item.asynchronous
    )


def _buffers(unit: Unit, inside: FunctionLocks, statement: Statement) -> str:
    """How to reach a vector in what the lock protects: `.field`, nothing if it is one, `-` if there is none."""
    mine = _acquired(inside, statement)
    held = unit.locks.types.of(inside.flow.typed.locals[mine.guard.local]) if mine is not None else None
    protected = protected_by(held.guard) if held is not None else None
    if protected is None:
        return "-"
    if protected.name == _VECTOR:
        return ""
    fields = fields_of(unit.program, protected) or {}
    return next((f".{name}" for name, type_ in fields.items() if type_.name == _VECTOR), "-")


def _drop_removed(
    inside: FunctionLocks, path: str, text: bytes, statement: Statement, name: str
) -> Iterator[Mutant]:
    """Without its `drop(guard)`: broken where the same lock is taken again below, in the same block."""
    found = re.compile(rf"drop\({name}\);".encode()).search(text, statement.end, statement.span[1])
    if found is None or b"}" in text[statement.end : found.start()]:
        return
    level, later = 0, text[found.end() : statement.span[1]]
    for at, byte in enumerate(later):
        level += (byte == ord("{")) - (byte == ord("}"))
        if level < 0:
            later = later[:at]
            break
    flat = re.sub(rb"\{[^{}]*\}", b"", later)
    broken = statement.takes.encode() in flat and f"drop({name})".encode() not in later
    if broken or statement.takes.encode() not in later:
        changed = text[: found.start()] + text[found.end() :]
        yield Mutant("drop removed", broken, path, changed, inside.flow.entry.item.name)


def _pop_loops(unit: Unit, inside: FunctionLocks) -> Iterator[Mutant]:
    """A loop that takes one element at a time, made to take the whole list: broken if others remove from it."""
    body, path = inside.flow.entry.item.body_span, inside.flow.path
    text = unit.text(path)
    for found in _POP_LOOP.finditer(text, body.start, body.end) if body is not None else ():
        element, place, guard, work, _ = (group.decode() for group in found.groups())
        field = place.rpartition(".")[2]
        removal = re.compile(rf"unsafe \{{[^{{}}]*\b{field}\.remove\(".encode())
        broken = any(removal.search(unit.text(facts.path)) for facts in unit.files)
        loop = (
            f"let taken = core::mem::take(&mut {place}); drop({guard}); for {element} in taken {{ {work} }}"
        )
        changed = text[: found.start()] + loop.encode() + text[found.end() :]
        yield Mutant("pop loop to take", broken, path, changed, inside.flow.entry.item.name)


if __name__ == "__main__":
    raise SystemExit(main())
