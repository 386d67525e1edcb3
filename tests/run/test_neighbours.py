from __future__ import annotations

from pathlib import Path

import pytest
from running import run

from scrutineer.model.finding import Finding
from scrutineer.program.program import Program
from scrutineer.rules.unit import Unit
from scrutineer.run import checking
from trees import Write

KERNEL = {
    "Makefile": "VERSION = 6\nPATCHLEVEL = 18\n",
    "rust/Makefile": "obj-y += ffi.o kernel.o\n$(obj)/kernel.o: private rustc_target_flags = --extern ffi\n",
    "rust/ffi.rs": "", "rust/kernel/lib.rs": "pub mod sync;", "rust/kernel/sync.rs": "pub struct Lock;",
    "drivers/x/Makefile": "obj-m += x.o\n", "drivers/x/x.rs": "use kernel::sync::Lock;",
}  # fmt: skip


def package(name: str, dependencies: str = "") -> str:
    return f'[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2021"\n{dependencies}'


def seen(root: Path, monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], set[str]]:
    """(crate, kind) → paths of the programs that it sees, also indirectly."""
    found: dict[tuple[str, str], set[str]] = {}

    def look(unit: Unit, _: object) -> tuple[Finding, ...]:
        found[unit.crate.name, unit.crate.kind] = set(unit.program.programs_by_root)
        return ()

    monkeypatch.setattr(checking, "check_unit", look)
    (report,) = run(root)
    assert report.coverage.not_read == ()
    return found


def test_a_driver_sees_the_kernel_crate_and_what_that_sees(
    tree: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = seen(tree(KERNEL), monkeypatch)
    assert found == {
        ("x", "kernel"): {"kernel", "ffi"},
        ("kernel", "kernel"): {"ffi"},
        ("ffi", "kernel"): set(),
    }


def test_programs_and_tests_see_their_library_and_members_each_other(
    tree: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = seen(
        tree(
            {
                "Cargo.toml": '[workspace]\nmembers = ["a", "b"]\n',
                "a/Cargo.toml": package("a"), "a/src/lib.rs": "", "a/src/main.rs": "", "a/tests/t.rs": "", "a/build.rs": "",
                "b/Cargo.toml": package("b", '[dependencies]\nrenamed = { path = "../a", package = "a" }\n'), "b/src/lib.rs": "",
            }
        ),
        monkeypatch,
    )  # fmt: skip
    assert found == {
        ("a", "lib"): set(),
        ("a", "bin"): {"a"},
        ("t", "test"): {"a"},
        ("build_script_build", "build"): set(),
        ("b", "lib"): {"a"},
    }


def test_packages_that_test_each_other_do_not_go_round_in_circles(
    tree: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = seen(
        tree(
            {
                "a/Cargo.toml": package("a", '[dev-dependencies]\nb = { path = "../b" }\n'), "a/src/lib.rs": "",
                "b/Cargo.toml": package("b", '[dependencies]\na = { path = "../a" }\n'), "b/src/lib.rs": "",
                "c/Cargo.toml": package("c", '[dependencies]\nb = { path = "../b" }\n'), "c/src/lib.rs": "",
            }
        ),
        monkeypatch,
    )  # fmt: skip
    assert found == {("a", "lib"): {"b"}, ("b", "lib"): {"a"}, ("c", "lib"): {"a", "b"}}


def test_a_driver_resolves_names_of_the_kernel_crate(tree: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    programs: dict[str, Program] = {}

    def look(unit: Unit, _: object) -> tuple[Finding, ...]:
        programs[unit.crate.name] = unit.program
        unit.program.dependencies  # noqa: B018 - loads them while the target is open
        return ()

    monkeypatch.setattr(checking, "check_unit", look)
    run(tree(KERNEL))
    assert programs["x"].dependencies["kernel"].find("kernel::sync::Lock")
