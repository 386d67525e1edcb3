"""Compares resolved calls with those of the compiler.

    python tools/check_resolution.py [-v] [--dependencies] CRATE_FOLDER...

Each crate is copied, built with the machine's rustc for its MIR text, and read by Scrutineer. Calls are joined by
the span of the call expression. Calls that a macro writes are left out. This builds what it is given: only for
crates that we chose, never part of the product.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
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
_GROUPS = ("std", "crates")
_KNOWN = {"resolved", "std", "generic", "dyn", "closure", "callback", "foreign", "external"}


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
        return "std" if self.compiler[0].crate in {"core", "alloc", "std"} else "crates"


class Built(NamedTuple):
    """What the compiler says of a crate, and where the sources of its dependencies lie."""

    mir: str
    packages: dict[str, Path]  # package id → folder
    needs: dict[str, dict[str, str]]  # package id → name in Rust → package id
    root: str


@contextmanager
def copied(folder: Path) -> Iterator[Path]:
    """A copy of a crate that may be built; its lock file is made anew."""
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(temporary) / folder.name
        shutil.copytree(folder, copy)
        (copy / "Cargo.lock").unlink(missing_ok=True)
        yield copy


def build(folder: Path) -> Built:
    """Build a crate's library in a copy."""
    with copied(folder) as copy:
        target = copy / "target"
        environment = {**os.environ, "RUSTC_BOOTSTRAP": "1", "CARGO_TARGET_DIR": str(target)}
        features = ["--features", "full"] if "\nfull = " in (copy / "Cargo.toml").read_text() else []
        command = ["cargo", "rustc", "--quiet", "--lib", *features, "--", *_FLAGS]
        subprocess.run(command, cwd=copy, check=True, capture_output=True, env=environment)
        found = sorted(target.glob("debug/deps/*.mir"), key=lambda path: -path.stat().st_mtime)
        described = subprocess.run(
            [
                "cargo",
                "metadata",
                "--format-version",
                "1",
                "--filter-platform",
                "x86_64-unknown-linux-gnu",
            ],
            cwd=copy,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        known = json.loads(described)
        return Built(
            found[0].read_text(),
            {package["id"]: Path(package["manifest_path"]).parent for package in known["packages"]},
            {
                node["id"]: {dep["name"]: dep["pkg"] for dep in node["deps"]}
                for node in known["resolve"]["nodes"]
            },
            known["resolve"]["root"],
        )


def programs(folder: Path, built: Built | None) -> Program:
    """The crate's library as Scrutineer sees it; with its dependencies if it was built with them."""
    made: dict[str, Program] = {}

    def of(package: str, place: Path) -> Program:
        if package not in made:
            needs = built.needs.get(package, {}) if built is not None else {}
            inner = (
                {name: of(needed, built.packages[needed]) for name, needed in needs.items()} if built else {}
            )
            made[package] = library_of(place, inner)
        return made[package]

    return of(built.root if built is not None else "", folder)


def library_of(folder: Path, dependencies: dict[str, Program]) -> Program:
    """The library of a package."""
    with opened(str(folder), Settings()) as found:
        kinds = {"lib", "proc-macro"}
        unit = next((unit for unit in found.target.crates if unit.kind in kinds and not unit.mark), None)
        if unit is None:
            raise SystemExit(f"{folder} has no library")
        files = [file for file in found.target.files if not file.mark]
        facts = [read_file(file.path, found.reader.read(file.path), unit.edition) for file in files]
        return Program(unit, facts, dependencies, found.reader.read)


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


def share(part: int, whole: int) -> str:
    """A percentage."""
    return f"{100 * part / max(whole, 1):.1f} %"


def table(counts: Counter[str]) -> str:
    """The totals as a page shows them: shares, then who is called by what was found."""
    resolved, wrong = share(counts["resolved"], counts["calls"]), share(counts["wrong"], counts["resolved"])
    unsafe, lock = (share(counts[f"{word} resolved"], counts[word]) for word in ("unsafe", "lock"))
    lines = [
        f"calls {counts['calls']}, resolved {resolved}, wrong {wrong} of resolved",
        f"unsafe callees {counts['unsafe']}, right {unsafe}; lock calls {counts['lock']}, right {lock}",
    ]
    kinds = sorted({key.partition(" ")[2] for key in counts if key.partition(" ")[0] in _GROUPS} - {""})
    lines += ["| callee in | " + " | ".join(kinds) + " |", "|---" * (len(kinds) + 1) + "|"]
    lines += [f"| {g} | " + " | ".join(str(counts[f"{g} {k}"]) for k in kinds) + " |" for g in _GROUPS]
    return "\n".join(lines)


def main() -> None:
    """Compare the crates named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("crates", nargs="+", type=Path, metavar="CRATE_FOLDER")
    parser.add_argument(
        "--dependencies", action="store_true", help="read the sources of the dependencies too"
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="list what is unknown or wrong")
    options = parser.parse_args()
    total: Counter[str] = Counter()
    for folder in options.crates:
        built = build(folder)
        rows = joined(programs(folder, built if options.dependencies else None), list(calls_of(built.mir)))
        total += report(folder.name, rows)
        for row in rows if options.verbose else []:
            if row.target.kind not in _KNOWN or not row.right:
                print(" ", row.where, row.target.kind, row.target.path, "|", row.compiler[0].text)
    print(table(total))


if __name__ == "__main__":
    main()
