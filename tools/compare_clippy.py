"""Compare what we call undocumented with what clippy does: `python tools/compare_clippy.py CRATE_FOLDER...`.

Each folder is copied to a temporary place and built there by cargo, so give only crates that you trust. Prints every
place on which the two differ: the lines of `undocumented_unsafe_blocks` (blocks and impls) and `missing_safety_doc`.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from scrutineer.facts import read_file
from scrutineer.model.file import FileFacts
from scrutineer.model.span import Span

LINTS = ("clippy::undocumented_unsafe_blocks", "clippy::missing_safety_doc")


class Place(NamedTuple):
    """One report: which lint, and where its first line is."""

    lint: str
    path: str
    line: int


def clippy(folder: Path) -> Iterator[Place]:
    """What clippy reports for the library of a crate that was copied to `folder`."""
    manifest = folder / "Cargo.toml"
    if "[workspace]" not in manifest.read_text():
        manifest.write_text(manifest.read_text() + "\n[workspace]\n")
    warn = [word for lint in LINTS for word in ("-W", lint)]
    command = [
        "cargo",
        "clippy",
        "--lib",
        "--quiet",
        "--message-format=json",
        "--",
        "-A",
        "clippy::all",
        *warn,
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=900)
    for line in done.stdout.splitlines():
        message = json.loads(line).get("message") or {}
        code = (message.get("code") or {}).get("code")
        for span in message.get("spans", ()) if code in LINTS else ():
            if span["is_primary"]:
                yield Place(code, span["file_name"], span["line_start"])


def ours(path: str, facts: FileFacts) -> Iterator[tuple[Place, str]]:
    """What we find undocumented in one file, with the predicate under which it exists."""

    def at(lint: int, span: Span) -> Place:
        return Place(LINTS[lint], path, facts.lines.line(span.start))

    for block in facts.unsafe_blocks:
        if not block.comments:
            yield (
                at(0, block.span),
                block.cfg or ("in a macro" if block.macro >= 0 or block.definition >= 0 else ""),
            )
    for implementation in facts.impls:
        if implementation.unsafe and not implementation.comments:
            yield (
                at(0, implementation.name_span),
                implementation.cfg or ("in a macro" if implementation.opaque else ""),
            )
    for function in facts.functions:
        trait = facts.impls[function.impl_].trait if function.impl_ >= 0 else None
        if (
            function.unsafe
            and not function.foreign
            and trait is None
            and "# safety" not in function.doc.lower()
        ):
            yield at(1, function.name_span), function.cfg or function.visibility or "private"
    for one in facts.traits:
        if one.unsafe and "safety" not in one.doc.lower():
            yield at(1, one.name_span), one.cfg or one.visibility or "private"


def compare(crate: Path) -> None:
    """Print where the two differ."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(shutil.copytree(crate, Path(temporary) / crate.name))
        theirs = set(clippy(folder))
        mine: dict[Place, str] = {}
        for file in sorted((folder / "src").rglob("*.rs")):
            path = file.relative_to(folder).as_posix()
            mine.update(ours(path, read_file(path, file.read_bytes(), lower=False)))
        both = theirs & mine.keys()
        print(f"{crate.name}: clippy {len(theirs)}, we {len(mine)}, both {len(both)}")
        for place in sorted(theirs - mine.keys()):
            line = (folder / place.path).read_text().splitlines()[place.line - 1].strip()
            print(f"  only clippy: {place.lint} {place.path}:{place.line} {line[:100]}")
        for place in sorted(mine.keys() - theirs):
            line = (folder / place.path).read_text().splitlines()[place.line - 1].strip()
            print(f"  only we: {place.lint} {place.path}:{place.line} [{mine[place]}] {line[:100]}")


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        compare(Path(argument))
