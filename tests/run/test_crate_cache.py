"""One changed file costs that file, the crates that see the change, and nothing else; the answer is the same."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from running import Listener, run

from scrutineer.model.finding import Report
from scrutineer.program.typing.kept import Typing
from trees import Write

MANIFEST = '[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\n{needs}'
BASE = """
pub struct Slot(pub *mut u8);
impl Slot {
    /// # Safety
    /// The slot must be valid.
    pub unsafe fn get(&self) -> u8 { unsafe { *self.0 } }
    pub fn size(&self) -> usize { 8 }
}
#[macro_export]
macro_rules! read { ($slot:expr) => { unsafe { $slot.get() } } }
"""
USER = "use base::Slot;\npub fn user(slot: &Slot) -> u8 { unsafe { slot.get() } }\n"
LONER = "pub fn loner(p: &u8) -> u8 { unsafe { *(p as *const u8) } }\npub fn other() -> u8 { 1 }\n"
EDITS = {
    "body": ("base/src/lib.rs", "{ 8 }", "{ let x = 4; x + x }"),
    "signature": ("base/src/lib.rs", "pub unsafe fn get(&self)", "pub fn get(&self)"),
    "contract": ("base/src/lib.rs", "The slot must be valid.", "The slot must be aligned."),
    "macro": ("base/src/lib.rs", "unsafe { $slot.get() }", "$slot.size()"),
    "user": ("user/src/lib.rs", "slot.get()", "slot.size() as u8"),
    "loner": ("loner/src/lib.rs", "{ 1 }", "{ 2 }"),
}


@pytest.fixture
def workspace(tree: Write) -> Path:
    files = {"Cargo.toml": '[workspace]\nmembers = ["base", "user", "loner"]\n'}
    for name, needs, text in (
        ("base", "", BASE),
        ("user", 'base = { path = "../base" }\n', USER),
        ("loner", "", LONER),
    ):
        files[f"{name}/Cargo.toml"] = MANIFEST.format(name=name, needs=needs)
        files[f"{name}/src/lib.rs"] = text
    return tree(files)


def edit(root: Path, name: str) -> None:
    """Make an edit, or take it back."""
    path, old, new = EDITS[name]
    text = (root / path).read_text()
    (root / path).write_text(text.replace(new, old) if new in text else text.replace(old, new))
    os.utime(root / path)


def audit(root: Path, cache: Path) -> tuple[Report, dict[str, int]]:
    listener = Listener()
    (report,) = run(root, cache=cache, listener=listener)
    assert listener.warnings == []
    return report, listener.steps


@pytest.mark.parametrize(
    ("name", "checked"),
    [("body", 1), ("signature", 2), ("contract", 2), ("macro", 2), ("user", 1), ("loner", 1)],
)
def test_only_crates_that_see_a_change_are_checked(
    workspace: Path, tmp_path: Path, name: str, checked: int
) -> None:
    cache = tmp_path / "cache"
    assert audit(workspace, cache)[1] == {"reading": 3, "checking": 3}
    edit(workspace, name)
    report, steps = audit(workspace, cache)
    assert steps == {"reading": 1, "checking": checked}
    assert [report] == run(workspace)
    edit(workspace, name)
    assert audit(workspace, cache)[1] == {}


def test_only_functions_of_those_crates_are_typed(
    workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed: list[str] = []
    original = Typing.type_body

    def counted(self: Typing, function: int) -> object:
        typed.append(self.program.functions[function].item.name)
        return original(self, function)

    monkeypatch.setattr(Typing, "type_body", counted)
    audit(workspace, tmp_path)
    assert {"get", "user", "loner"} <= set(typed)
    typed.clear()
    edit(workspace, "user")
    audit(workspace, tmp_path)
    assert set(typed) == {"user"}


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(sorted(EDITS)), max_size=4))
def test_answers_are_those_of_an_audit_without_a_cache(
    workspace: Path, tmp_path: Path, names: list[str]
) -> None:
    for name in names:
        edit(workspace, name)
        report, _ = audit(workspace, tmp_path / "cache")
        assert [report] == run(workspace)
