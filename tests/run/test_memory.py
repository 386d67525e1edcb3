from __future__ import annotations

import gc
import weakref

import pytest
from running import run

from scrutineer.model.finding import Finding
from scrutineer.program.program import Program
from scrutineer.rules.engine import check_unit
from scrutineer.rules.selection import Selection
from scrutineer.rules.unit import Unit
from scrutineer.run import checking
from trees import BARE, STRICT, Write

SOURCE = (
    "pub struct Shared<T>(*const T);\nunsafe impl<T> Send for Shared<T> {}\nunsafe impl<T> Sync for Shared<T> {}\n"
    + BARE
)


def test_a_crate_is_forgotten_once_it_is_checked(tree: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    programs: list[weakref.ref[Program]] = []

    def check(unit: Unit, selection: Selection) -> tuple[Finding, ...]:
        programs.append(weakref.ref(unit.program))
        return check_unit(unit, selection)

    monkeypatch.setattr(checking, "check_unit", check)
    run(tree({"Cargo.toml": STRICT, "src/lib.rs": SOURCE, "src/main.rs": BARE, "tests/t.rs": BARE}))
    gc.collect()
    assert len(programs) == 3
    assert (
        sum(program() is not None for program in programs) <= 1
    )  # the library, for the packages that use it


def test_a_run_forgets_what_the_last_one_shared(tree: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    programs: list[weakref.ref[Program]] = []

    def check(unit: Unit, selection: Selection) -> tuple[Finding, ...]:
        programs.append(weakref.ref(unit.program))
        del selection
        return ()

    monkeypatch.setattr(checking, "check_unit", check)
    root = tree({"Cargo.toml": STRICT, "src/lib.rs": SOURCE, "src/main.rs": BARE})
    run(root)
    run(root)
    gc.collect()
    assert len(programs) == 4
    assert [program() for program in programs[:2]] == [None] * 2
