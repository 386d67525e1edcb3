"""The published state counts of the repaired death list, exactly, at both granularities."""

from __future__ import annotations

import runpy
import time
from pathlib import Path

import pytest

from scrutineer.explore.explore import ACCESS, explore
from scrutineer.explore.model import Model
from scrutineer.explore.verdict import VerdictKind

EXAMPLE = Path(__file__).parents[2] / "examples" / "death_list.py"


def fixed(items: int, removers: int) -> Model:
    """The repaired driver with so many items and removers."""
    made = runpy.run_path(str(EXAMPLE))["fixed"](items, removers).finish()
    assert isinstance(made, Model)
    return made


@pytest.mark.parametrize(("items", "removers", "states"), [(3, 2, 99), (5, 4, 1_899), (8, 4, 3_435)])
def test_switching_at_synchronisation(items: int, removers: int, states: int) -> None:
    verdict = explore(fixed(items, removers))
    assert (verdict.kind, verdict.states) == (VerdictKind.PROVED, states)


@pytest.mark.parametrize(("items", "removers", "states"), [(3, 2, 2_425), (5, 4, 215_661), (8, 4, 436_845)])
def test_switching_at_every_access(items: int, removers: int, states: int) -> None:
    verdict = explore(fixed(items, removers), granularity=ACCESS)
    assert (verdict.kind, verdict.states) == (VerdictKind.PROVED, states)


@pytest.mark.parametrize(("items", "removers", "seconds"), [(3, 2, 0.05), (8, 4, 1.0)])
def test_a_proof_takes_no_longer_than_promised(items: int, removers: int, seconds: float) -> None:
    model = fixed(items, removers)
    best = min(_seconds(model) for _ in range(3))
    assert best <= seconds


def _seconds(model: Model) -> float:
    start = time.process_time()
    explore(model)
    return time.process_time() - start
