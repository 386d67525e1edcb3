"""Advisories: reading, versions, and what is said of the functions they name."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from click.testing import CliRunner

from scrutineer.cli.command_records import command
from scrutineer.records.rustsec.advisory import parse_advisory, read_advisories
from scrutineer.records.rustsec.report import classes_of, is_memory_safety, rustsec
from scrutineer.records.rustsec.versions import is_affected, matches, version_key

ADVISORY = """```toml
[advisory]
id = "RUSTSEC-2020-{number}"
package = "{package}"
date = "2020-11-{day}"
{more}

[affected.functions]
"{path}" = ["< 1.0"]

[versions]
patched = [">= 1.0"]
```

# Double free in {package}

It frees twice.
"""


def advisory(number: str = "0001", package: str = "ours", path: str = "ours::Cell::take", **more: str) -> str:
    lines = more.get("more", 'categories = ["memory-corruption"]')
    return ADVISORY.format(number=number, package=package, path=path, day="10", more=lines)


@pytest.mark.parametrize(
    ("requirement", "version", "expected"),
    [
        ("< 1.2.0", "1.1.9", True),
        ("< 1.2.0", "1.2.0", False),
        (">= 0.6.5, < 0.6.10", "0.6.9", True),
        (">= 0.6.5, < 0.6.10", "0.6.10", False),
        ("^0.3.4", "0.3.9", True),
        ("^0.3.4", "0.4.0", False),
        ("^0.0.4", "0.0.5", False),
        ("1.2", "1.9.0", True),
        ("1.2", "2.0.0", False),
        ("~1.2.3", "1.2.9", True),
        ("~1.2.3", "1.3.0", False),
        ("= 0.12.0", "0.12.0", True),
        ("*", "9.9.9", True),
        ("1.*", "1.7.0", True),
        ("1.2.*", "1.3.0", False),
        (">= 1.0.0-alpha.2", "1.0.0-alpha.10", True),
        (">= 1.0.0", "1.0.0-rc.1", False),
    ],
)
def test_requirements_are_cargos(requirement: str, version: str, expected: bool) -> None:
    assert matches(requirement, version) is expected


def test_versions_order_as_semver_orders_them() -> None:
    ordered = [
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0-beta.2",
        "1.0.0-beta.11",
        "1.0.0",
        "1.0.1",
        "1.10.0",
    ]
    assert sorted(random.Random(1).sample(ordered, len(ordered)), key=version_key) == ordered
    assert is_affected("0.9.0", (">= 1.0",), ("< 0.5",))
    assert not is_affected("0.4.0", (">= 1.0",), ("< 0.5",))


@pytest.mark.parametrize(
    ("more", "memory", "classes"),
    [
        ('categories = ["thread-safety"]', True, ("thread-safety",)),
        ('categories = ["denial-of-service"]', False, ("denial-of-service",)),
        ('informational = "unsound"', True, ("unsound",)),
        ("", False, ("none",)),
    ],
)
def test_classes_are_rustsecs_own(more: str, memory: bool, classes: tuple[str, ...]) -> None:
    one = parse_advisory(advisory(more=more))
    assert is_memory_safety(one) is memory
    assert classes_of(one) == classes


@pytest.mark.parametrize(
    "text", ["no head", "```toml\n[advisory]\n```\n\n# x\n", advisory().replace(">= 1.0", "about one")]
)
def test_a_malformed_advisory_is_listed(text: str, tmp_path: Path) -> None:
    (tmp_path / "RUSTSEC-2020-0001.md").write_text(advisory())
    (tmp_path / "RUSTSEC-2020-0002.md").write_text(text)
    found = read_advisories(tmp_path)
    assert [one.id for one in found.read] == ["RUSTSEC-2020-0001"]
    assert [item.path for item in found.malformed] == ["RUSTSEC-2020-0002.md"]


SOURCE = """
pub struct Cell { p: *mut u8 }
impl Cell {
    pub fn take(&self) -> u8 { unsafe { *self.p } }
    pub unsafe fn raw(&self) -> u8 { 0 }
    pub fn indirect(&self) -> u8 { self.take() }
    pub fn inner(&self) -> u8 { fn deep(p: *mut u8) -> u8 { unsafe { *p } } deep(self.p) }
    pub fn plain(&self) -> u8 { 1 }
}
pub struct Other;
impl Other {
    pub fn plain(&self) -> u8 { unsafe { core::hint::unreachable_unchecked() } }
}
"""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("ours::Cell::take", "holds unsafe code"),
        ("ours::Cell::raw", "is an unsafe fn"),
        ("ours::Cell::indirect", "calls, by name, a function of its crate that does"),
        ("ours::Cell::inner", "holds unsafe code"),
        ("ours::Cell::plain", "neither"),
        ("ours::Other::plain", "holds unsafe code"),
        ("ours::Cell::gone", "not found"),
    ],
)
def test_a_named_function_is_looked_at_in_the_affected_version(
    path: str, expected: str, tmp_path: Path
) -> None:
    for version, source in (("0.9.0", SOURCE), ("1.0.0", "fn nothing() {}")):
        folder = tmp_path / "crates" / f"ours-{version}" / "src"
        folder.mkdir(parents=True)
        (folder / "lib.rs").write_text(source)
    (tmp_path / "RUSTSEC-2020-0001.md").write_text(advisory(path=path))
    answer = rustsec(read_advisories(tmp_path), tmp_path / "crates")
    (named,) = [table for table in answer.tables if table.title.startswith("Each of them")]
    assert [(row[2], row[3]) for row in named.rows] == [("0.9.0", expected)]


def test_without_crates_the_option_is_named(tmp_path: Path) -> None:
    (tmp_path / "RUSTSEC-2020-0001.md").write_text(advisory())
    result = CliRunner().invoke(command, ["rustsec", str(tmp_path)])
    assert result.exit_code == 0
    assert "--crates DIR" in result.stdout
    assert CliRunner().invoke(command, ["rustsec", str(tmp_path / "none")]).exit_code == 2
    assert (
        CliRunner().invoke(command, ["rustsec", str(tmp_path), "--crates", str(tmp_path / "none")]).exit_code
        == 2
    )


def test_the_real_advisories_add_up(shared_data: Path) -> None:
    found = read_advisories(shared_data / "rustsec-advisories-2026-08-21.tar.xz")
    assert not found.malformed
    assert len(found.read) == 1225
    answer = rustsec(found, None)
    counted = [one for one in found.read if not one.withdrawn and "malicious" not in one.categories]
    memory = [
        one
        for one in counted
        if {"memory-corruption", "memory-exposure", "thread-safety"} & set(one.categories)
        or one.informational == "unsound"
    ]
    assert sum(row[1] for row in answer.tables[0].rows if isinstance(row[1], int)) == len(counted)
    assert answer.says.startswith(f"{len(memory)} of {len(counted)} ")
