"""Split a corpus file into two halves by crate name, so that rules written on one can be measured on the other.

    python tools/corpus_halves.py CORPUS.toml INTO

Writes INTO/A.toml and INTO/B.toml. All entries of a crate fall into one half, decided by a hash of its name alone.
"""

from __future__ import annotations

import hashlib
import sys
import tomllib
from pathlib import Path


def half_of(crate: str) -> str:
    """Which half a crate belongs to."""
    return "AB"[hashlib.sha256(crate.encode()).digest()[0] % 2]


def halves(text: str) -> dict[str, str]:
    """The text of each half; entries are kept as they are written."""
    parts: dict[str, list[str]] = {"A": [], "B": []}
    for block in text.split("\n[[")[1:]:
        entry = f"[[{block}"
        (table,) = tomllib.loads(entry).values()
        parts[half_of(table[0]["crate"])].append(entry)
    return {half: "\n".join(entries) for half, entries in parts.items()}


def main() -> None:
    """Split the file named on the command line."""
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    corpus, into = Path(sys.argv[1]), Path(sys.argv[2])
    into.mkdir(parents=True, exist_ok=True)
    for half, text in halves(corpus.read_text()).items():
        (into / f"{half}.toml").write_text(text)
        print(f"{half}: {text.count('[[pair]]')} pairs, {text.count('[[labelled]]')} spans")


if __name__ == "__main__":
    main()
