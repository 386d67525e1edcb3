"""How much of real bodies is understood."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

KERNEL = os.environ.get("SCRUTINEER_KERNEL_TREE", "")
CRATES = os.environ.get("SCRUTINEER_CRATES", "")
MOST_CLOSED = 0.05  # of item macros; measured on 6.18: 15 of 1,260


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "tools"))
    sys.modules.pop("completeness", None)


def share(targets: list[str]) -> float:
    from completeness import bodies, units  # noqa: PLC0415 - a tool, found at run time

    seen = [body for target in targets for unit in units(target) for body in bodies(unit)]
    assert len(seen) > 1000
    return sum(not body.reasons for body in seen) / len(seen)


@pytest.mark.full
@pytest.mark.skipif(not KERNEL, reason="SCRUTINEER_KERNEL_TREE names no Linux tree")
@pytest.mark.usefixtures("tools")
def test_bodies_of_the_kernel_are_complete() -> None:
    assert share([KERNEL]) >= 0.98


@pytest.mark.full
@pytest.mark.skipif(not KERNEL, reason="SCRUTINEER_KERNEL_TREE names no Linux tree")
@pytest.mark.usefixtures("tools")
def test_item_macros_of_the_kernel_are_expanded() -> None:
    from completeness import holes, units  # noqa: PLC0415 - a tool, found at run time

    found = [holes(unit.program) for unit in units(KERNEL)]
    closed = sum(len(each.open) for each in found)
    assert closed <= MOST_CLOSED * sum(each.filled for each in found)


@pytest.mark.full
@pytest.mark.skipif(not CRATES, reason="SCRUTINEER_CRATES names no folder of unpacked crates")
@pytest.mark.usefixtures("tools")
def test_bodies_of_published_crates_are_complete() -> None:
    assert share([str(folder) for folder in sorted(Path(CRATES).iterdir())]) >= 0.95
