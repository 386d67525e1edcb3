"""Writes which library types run code when dropped, as `std::mem::needs_drop` answers for each.

    python tools/std_ownership.py

Compiles one generated program with the installed rustc, nightly features allowed; types that cannot be named with
plain arguments are left out. `always`: even with arguments that need no drop; `arguments`: if an argument does.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from pathlib import Path

from scrutineer.program.tables import standard

_INTO = Path(__file__).parent.parent / "src/scrutineer/program/ownership.json"
_UNSTABLE = re.compile(r"use of unstable library feature `(\w+)`")
_LINE = re.compile(r"^\s*--> .*?main\.rs:(\d+):", re.MULTILINE)


def questions() -> list[tuple[str, str, str]]:
    """(path, answer if true, Rust type) for each question."""
    tables = standard()
    found = []
    for path in tables.items():
        declaration = tables.declaration(path)
        if declaration is None or declaration.kind not in {"struct", "enum", "union"}:
            continue
        generics = declaration.generics
        needed = len(generics.types) - sum(default is not None for default in declaration.defaults)
        for word, argument in (("always", "u8"), ("arguments", "String")):
            arguments = (
                ["'static"] * len(generics.lifetimes) + [argument] * needed + ["1"] * len(generics.consts)
            )
            found.append((path, word, f"{path}<{', '.join(arguments)}>" if arguments else path))
    return found


def answers(asked: list[tuple[str, str, str]]) -> dict[tuple[str, str], bool]:
    """Compile and run, leaving out what rustc refuses."""
    features: set[str] = {"allocator_api", "core_intrinsics"}
    kept = list(asked)
    with tempfile.TemporaryDirectory() as folder:
        main = Path(folder) / "main.rs"
        for _ in range(40):
            head = [f"#![feature({', '.join(sorted(features))})]", "extern crate alloc;", "fn main() {"]
            body = [
                f'println!("{path} {word} {{}}", std::mem::needs_drop::<{type_}>());'
                for path, word, type_ in kept
            ]
            main.write_text("\n".join(["#![allow(warnings, internal_features)]", *head, *body, "}"]))
            done = subprocess.run(
                ["rustc", "-o", f"{folder}/main", str(main)],
                capture_output=True,
                text=True,
                check=False,
                env={**os.environ, "RUSTC_BOOTSTRAP": "1"},
            )
            if done.returncode == 0:
                output = subprocess.run([f"{folder}/main"], check=True, capture_output=True, text=True).stdout
                rows = [line.split() for line in output.splitlines()]
                return {(path, word): value == "true" for path, word, value in rows}
            missing = set(_UNSTABLE.findall(done.stderr)) - features
            features |= missing
            refused = {int(line) - 5 for line in _LINE.findall(done.stderr)}
            if not missing:
                kept = [each for number, each in enumerate(kept) if number not in refused]
    raise SystemExit("rustc refuses to the end")


def main() -> None:
    """Write the table."""
    known = answers(questions())
    table: dict[str, str] = {}
    for path in sorted({path for path, _ in known}):
        always, arguments = known.get((path, "always")), known.get((path, "arguments"))
        table[path] = "always" if always else "arguments" if arguments else "nothing"
    _INTO.write_text(json.dumps(table, indent=0, ensure_ascii=False) + "\n")
    print(len(table), "types")


if __name__ == "__main__":
    main()
