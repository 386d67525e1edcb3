"""Compares resolved calls with those of the compiler.

    python tools/check_resolution.py [-v] CRATE_FOLDER...

Each crate is copied, built with the machine's rustc for its MIR text, and read by Scrutineer. Calls are joined by
the span of the call expression. Calls that a macro writes are left out. This builds what it is given: only for
crates that we chose, never part of the product.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from mir_calls import MirCall, calls_of
from scrutineer.facts.read import read_file
from scrutineer.program.program import Program
from scrutineer.program.typing import CallTarget
from scrutineer.source.locate import opened
from scrutineer.source.survey import Settings

_FLAGS = [
    "-Zmir-include-spans=on",
    "--emit=mir",
    "-Zmir-opt-level=0",
    "-Ztrim-diagnostic-paths=no",
    "-Awarnings",
    "--cap-lints=allow",
]
_CALLABLE = {"Fn", "FnMut", "FnOnce", "FnPointer"}
_LOCKS = {"lock", "try_lock", "read", "write", "try_read", "try_write", "borrow_mut", "upgradable_read"}
_KNOWN = {"resolved", "std", "generic", "dyn", "closure", "callback", "foreign"}


class Joined(NamedTuple):
    """One call of ours with what the compiler has at its span."""

    where: str
    target: CallTarget
    compiler: tuple[MirCall, ...]

    @property
    def right(self) -> bool:
        """Whether some call of the compiler at the span is the one we name."""
        return any(agrees(self.target, call) for call in self.compiler)

    @property
    def group(self) -> str:
        """Where the callee is defined: std, this crate, or another."""
        crate = self.compiler[0].crate
        return "std" if crate in {"core", "alloc", "std"} else "other"


def mir_of(folder: Path) -> str:
    """MIR text of a crate's library, built in a copy."""
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(temporary) / folder.name
        shutil.copytree(folder, copy)
        (copy / "Cargo.lock").unlink(missing_ok=True)
        subprocess.run(
            ["cargo", "rustc", "--quiet", "--lib", "--", *_FLAGS],
            cwd=copy,
            check=True,
            capture_output=True,
            env={**os.environ, "RUSTC_BOOTSTRAP": "1", "CARGO_TARGET_DIR": f"{temporary}/target"},
        )
        found = sorted(
            (Path(temporary) / "target/debug/deps").glob("*.mir"), key=lambda path: -path.stat().st_mtime
        )
        return found[0].read_text()


def library_of(folder: Path) -> Program:
    """The crate's library as Scrutineer sees it."""
    with opened(str(folder), Settings()) as found:
        unit = next(unit for unit in found.target.crates if unit.kind in {"lib", "proc-macro"})
        facts = [
            read_file(file.path, found.reader.read(file.path), unit.edition)
            for file in found.target.files
            if not file.mark
        ]
        return Program(unit, facts, None, found.reader.read)


def agrees(target: CallTarget, call: MirCall) -> bool:
    """Whether a target is what the compiler calls."""
    if target.kind in {"closure", "callback"}:
        return call.owner in _CALLABLE or call.name in {"call", "call_mut", "call_once"}
    if target.name != call.name:
        return False
    owner = target.trait or target.path.rpartition("::")[0]
    last = owner.rpartition("::")[2].partition(" as ")[0].strip("<>")
    return last == call.owner or not call.owner or (not target.trait and target.self_type is None)


def joined(program: Program, calls: list[MirCall]) -> list[Joined]:
    """Our calls for which the compiler has calls at the same span."""
    by_span: dict[tuple[str, tuple[int, int], tuple[int, int]], list[MirCall]] = {}
    for call in calls:
        by_span.setdefault((call.path, call.start, call.end), []).append(call)
    found = []
    for entry in program.functions:
        if entry.file >= program.written:
            continue
        facts = program.files[entry.file]
        for edge in program.call_graph.calls(entry.index):
            start, end = facts.lines.position(edge.span.start), facts.lines.position(edge.span.end)
            key = facts.path, (start.line, start.column), (end.line, end.column)
            compiler = by_span.get(key)
            if compiler and edge.target.kind != "constructor":
                found.append(
                    Joined(f"{facts.path}:{start.line}:{start.column}", edge.target, tuple(compiler))
                )
    return found


def report(name: str, rows: list[Joined]) -> Counter[str]:
    """Counts of one crate."""
    counts: Counter[str] = Counter()
    for row in rows:
        known = row.target.kind in _KNOWN
        counts["calls"] += 1
        counts["resolved"] += known
        counts["right"] += known and row.right
        counts["wrong"] += known and not row.right
        for word, member in (
            ("unsafe", any(c.unsafe for c in row.compiler)),
            ("lock", row.compiler[0].name in _LOCKS),
        ):
            if member:
                counts[word] += 1
                counts[f"{word} resolved"] += known and row.right
        counts[f"{row.group} {row.target.kind}"] += 1
    print(name, dict(counts))
    return counts


def main() -> None:
    """Compare the crates named on the command line."""
    verbose = "-v" in sys.argv
    total: Counter[str] = Counter()
    for argument in sys.argv[1:]:
        if argument == "-v":
            continue
        folder = Path(argument)
        rows = joined(library_of(folder), list(calls_of(mir_of(folder))))
        total += report(folder.name, rows)
        for row in rows if verbose else []:
            if row.target.kind not in _KNOWN or not row.right:
                print(" ", row.where, row.target.kind, row.target.path, "|", row.compiler[0].text)
    print("total", dict(total))


if __name__ == "__main__":
    main()
