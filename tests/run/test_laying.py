"""What contradicts a case: comments that code belies, and other threads; with the finding that says so."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from running import Listener

from scrutineer.model.case import SafetyCase
from scrutineer.run.cases import find_cases, list_cases
from scrutineer.run.options import Machine, Question

sys.path.append(str(Path(__file__).parents[1] / "interference"))
from shapes import BUGS, source

CHANGED = """
pub struct Buffer { start: *const u8, length: usize }
impl Buffer {
    pub fn grow(&mut self) { self.length += 1; }
    pub fn last(&self) -> *const u8 {
        // SAFETY: `self.length` is never changed and is the size of the allocation.
        unsafe { self.start.add(self.length - 1) }
    }
}
"""
STORED = """
pub struct Node { value: u32 }
pub struct List { head: *mut Node }
impl List {
    pub fn add(&mut self) -> u32 {
        let node = Box::into_raw(Box::new(Node { value: 1 }));
        EARLY
        // SAFETY: `node` was just created and not stored anywhere.
        let seen = unsafe { (*node).value };
        self.head = node;
        seen
    }
}
"""


def cases(folder: Path, text: str) -> tuple[SafetyCase, ...]:
    """Cases of a crate of one file, as `scrutineer sites` lists them."""
    (folder / "src").mkdir()
    (folder / "Cargo.toml").write_text('[package]\nname = "desk"\nversion = "1.0.0"\nedition = "2021"\n')
    (folder / "src" / "lib.rs").write_text(text)
    return list_cases(Question(str(folder)), Machine(), Listener()).cases


def test_a_field_that_changes_contradicts_the_claim_that_it_does_not(tmp_path: Path) -> None:
    (case,) = cases(tmp_path, CHANGED)
    (claim,) = [each for each in case.claims if each.verdict == "contradicted"]
    assert "grow" in claim.reason
    contradicted = [each for each in case.obligations if each.status == "contradicted"]
    assert contradicted
    assert all(each.finding and "grow" in each.contradiction for each in contradicted)
    (found,) = find_cases(Question(str(tmp_path)), "last", Machine(), Listener()).dossiers
    assert [each.status for each in found.case.obligations] == [each.status for each in case.obligations]


@pytest.mark.parametrize(("early", "verdict"), [("self.head = node;", "contradicted"), ("", "verified")])
def test_a_value_that_was_stored_is_not_just_created(tmp_path: Path, early: str, verdict: str) -> None:
    found = cases(tmp_path, STORED.replace("EARLY", early))
    assert verdict in {claim.verdict for case in found for claim in case.claims}
    assert ("contradicted" in {o.status for case in found for o in case.obligations}) == (
        verdict == "contradicted"
    )


def test_another_thread_contradicts_the_claim_and_is_named(tmp_path: Path) -> None:
    shape = next(iter(BUGS))
    found = cases(tmp_path, source(BUGS[shape]))
    contradicted = [o for case in found for o in case.obligations if o.status == "contradicted"]
    assert contradicted
    assert all(
        "`close`" in each.contradiction and "both can run at once" in each.contradiction
        for each in contradicted
    )
    assert all(each.finding for each in contradicted)


def test_what_any_safe_code_can_choose_names_the_finding_that_says_so(tmp_path: Path) -> None:
    text = """
    pub struct Buffer { pub start: *const u8, pub length: usize }
    impl Buffer { pub fn all(&self) -> &[u8] { unsafe { std::slice::from_raw_parts(self.start, self.length) } } }
    """
    (case,) = cases(tmp_path, text)
    assert {each.status for each in case.obligations if each.finding} == {"open"}
