"""Drops of real functions against the compiler's MIR."""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path

import pytest

FOLDER = os.environ.get("SCRUTINEER_CRATES", "")
CRATES = [
    "arrayvec-0.7.8",
    "bytes-1.12.2",
    "crossbeam-channel-0.5.17",
    "rayon-core-1.13.0",
    "smallvec-1.16.6",
]


@pytest.mark.full
@pytest.mark.skipif(not FOLDER, reason="SCRUTINEER_CRATES names no folder of unpacked crates")
def test_drops_of_real_functions_are_those_of_the_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "tools"))
    sys.modules.pop("check_drops", None)
    from check_drops import build, compare, compiled, library_of  # noqa: PLC0415 - a tool, found at run time

    total: Counter[str] = Counter()
    functions = 0
    for name in CRATES:
        folder = Path(FOLDER) / name
        tally, _, number = compare(library_of(folder, {}), compiled(build(folder).mir))
        total += tally
        functions += number
    assert functions >= 300
    dropped = total["dropped"] + total["missed"] + total["left open, dropped"]
    assert total["missed"] + total["invented"] <= dropped // 100
