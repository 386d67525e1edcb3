"""Write the table of targets, `src/scrutineer/syntax/targets.json`, from the installed rustc.

    python tools/target_table.py > src/scrutineer/syntax/targets.json

A line for each triple: what `rustc --print cfg` says of it, without what flags of the compiler change.
"""

from __future__ import annotations

import json
import subprocess

_FLAGS = ("debug_assertions", "panic", "target_feature")


def _asked(*words: str) -> list[str]:
    return subprocess.run(["rustc", *words], check=True, capture_output=True, text=True).stdout.splitlines()


def conditions(triple: str) -> list[str]:
    """Conditions that hold on a target, whatever the flags."""
    found = _asked("--print", "cfg", "--target", triple)
    return sorted(line for line in found if line.partition("=")[0] not in _FLAGS)


def main() -> None:
    """Print the table, a line for each triple."""
    rows = [
        f"{json.dumps(triple)}: {json.dumps(conditions(triple))}"
        for triple in _asked("--print", "target-list")
    ]
    print("{", ",\n".join(rows), "}", sep="\n")


if __name__ == "__main__":
    main()
