"""Every shape of a deadlock that one thread or two can write, over the locks of five libraries and hand-made ones."""

from __future__ import annotations

import pytest

from scrutineer.facts.read import read_file
from scrutineer.model.target import CrateUnit
from scrutineer.rules.engine import check_unit
from scrutineer.rules.selection import select_rules
from scrutineer.rules.unit import Unit

_OUTSIDE = ("core", "std", "parking_lot", "spin", "tokio", "lock_api")


def reported(text: str, edition: str = "2021") -> list[tuple[str, str]]:
    """Rule and source line of each finding about locks."""
    crate = CrateUnit(name="depot", root="src/lib.rs", kind="lib", edition=edition, extern_prelude=_OUTSIDE)
    files = (read_file("src/lib.rs", text.encode(), edition),)
    unit = Unit(crate, files, {"src/lib.rs": text.encode()}.__getitem__)
    findings = check_unit(unit, select_rules(["double-lock", "lock-order-cycle"]))
    lines = text.splitlines()
    return [(each.rule, lines[each.start.line - 1].strip()) for each in findings if each.level != "note"]


LIBRARIES = {
    "std": ("use std::sync::Mutex;", "self.bay.lock().unwrap()"),
    "parking_lot": ("use parking_lot::Mutex;", "self.bay.lock()"),
    "spin": ("use spin::Mutex;", "self.bay.lock()"),
    "tokio": ("use tokio::sync::Mutex;", "self.bay.lock().await"),
    "lock_api": ("use lock_api::Mutex;", "self.bay.lock()"),
}


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_lock_of_each_library_is_taken_twice(library: str) -> None:
    """The second acquisition is reported; after a `drop` of the first it is not."""
    use, take = LIBRARIES[library]
    word = "async fn" if "await" in take else "fn"
    text = f"{use}\npub struct Depot {{ bay: Mutex<u32> }}\nimpl Depot {{\n    pub {word} fill(&self) {{\n"
    twice = f"let first = {take};\nlet second = {take};\ndrop((first, second));\n}} }}\n"
    in_turn = f"let first = {take};\ndrop(first);\nlet second = {take};\ndrop(second);\n}} }}\n"
    assert reported(text + twice) == [("double-lock", f"let second = {take};")]
    assert reported(text + in_turn) == []


HAND_MADE = """
mod ffi { extern "C" { pub fn latch_lock(at: *mut u8); pub fn latch_unlock(at: *mut u8); } }
pub struct Latch { raw: *mut u8 }
pub struct Held<'a> { latch: &'a Latch }
impl Latch {
    pub fn lock(&self) -> Held<'_> { unsafe { ffi::latch_lock(self.raw) }; Held { latch: self } }
}
impl Drop for Held<'_> {
    fn drop(&mut self) { unsafe { ffi::latch_unlock(self.latch.raw) } }
}
pub struct Depot { left: Latch, right: Latch }
impl Depot {
    pub fn both(&self) { let a = self.left.lock(); let b = self.right.lock(); drop((a, b)); }
    pub fn turned(&self) { let b = self.right.lock(); let a = self.left.lock(); drop((a, b)); }
    pub fn again(&self) {
        let a = self.left.lock();
        self.helper();
        drop(a);
    }
    fn helper(&self) { let _a = self.left.lock(); }
    pub fn in_turn(&self) { drop(self.left.lock()); self.helper(); }
}
"""


def test_a_guard_of_the_crate_is_known_by_the_unlocking_in_its_drop() -> None:
    """Both rules see through it."""
    assert set(reported(HAND_MADE)) == {
        ("double-lock", "self.helper();"),
        ("lock-order-cycle", HAND_MADE.splitlines()[12].strip()),
    }


PAIRS = """
mod ffi { extern "C" { pub fn latch_lock(at: *mut u8); pub fn latch_unlock(at: *mut u8); } }
pub struct Depot { left: *mut u8, right: *mut u8 }
impl Depot {
    pub fn again(&self) { unsafe {
        ffi::latch_lock(self.left);
        ffi::latch_lock(self.left);
        ffi::latch_unlock(self.left);
        ffi::latch_unlock(self.left);
    } }
    pub fn in_turn(&self) { unsafe {
        ffi::latch_lock(self.left);
        ffi::latch_unlock(self.left);
        ffi::latch_lock(self.left);
        ffi::latch_unlock(self.left);
    } }
    pub fn both(&self) { unsafe {
        ffi::latch_lock(self.left);
        ffi::latch_lock(self.right);
        ffi::latch_unlock(self.right);
        ffi::latch_unlock(self.left);
    } }
}
"""


def test_a_foreign_pair_is_known_by_its_names() -> None:
    """`x_lock` holds until `x_unlock` of the same argument."""
    assert reported(PAIRS) == [("double-lock", "ffi::latch_lock(self.left);")]


SHELF = """
use std::sync::{Mutex, MutexGuard, RwLock};
pub struct Depot { bay: Mutex<Vec<u32>>, gate: RwLock<bool> }
impl Depot {
    pub fn with_bay<R>(&self, run: impl FnOnce(&mut Vec<u32>) -> R) -> R {
        let mut bay = self.bay.lock().unwrap();
        run(&mut bay)
    }
    pub fn count(&self) -> usize { self.bay.lock().unwrap().len() }
    fn deep(&self) -> usize { self.deeper() }
    fn deeper(&self) -> usize { self.count() }
    fn round(&self, n: u32) -> usize { if n == 0 { self.count() } else { self.other(n - 1) } }
    fn other(&self, n: u32) -> usize { self.round(n) }
    fn given(&self, bay: &mut MutexGuard<'_, Vec<u32>>) -> usize { bay.len() }
"""

WRONG = {
    "through calls": "let bay = self.bay.lock().unwrap();\nself.deep(); //!\ndrop(bay);",
    "through a cycle of calls": "let bay = self.bay.lock().unwrap();\nself.other(3); //?\ndrop(bay);",
    "if let keeps its guard": "if let Some(n) = self.bay.lock().unwrap().pop() {\nself.bay.lock().unwrap().push(n); //!\n}",
    "match keeps its guard": "match self.bay.lock().unwrap().len() {\n0 => {}\n_ => self.bay.lock().unwrap().clear(), //!\n}",
    "while let keeps its guard": "while let Some(n) = self.bay.lock().unwrap().pop() {\nself.bay.lock().unwrap().push(n); //!\n}",
    "for keeps its guard": "for n in self.bay.lock().unwrap().iter() {\nself.bay.lock().unwrap().push(*n); //!\n}",
    "a closure run under the lock": "self.with_bay(|bay| {\nbay.push(self.bay.lock().unwrap().len() as u32); //!\n});",
    "a closure run under the lock that calls": "self.with_bay(|bay| {\nbay.push(self.count() as u32); //!\n});",
    "a closure of std under the lock": "let bay = self.bay.lock().unwrap();\nbay.iter().for_each(|n| {\nself.bay.lock().unwrap().push(*n); //!\n});",
    "read then write": "let open = self.gate.read().unwrap();\n*self.gate.write().unwrap() = !*open; //!",
    "else of if let in edition 2021": "if let Some(n) = self.bay.lock().unwrap().pop() {\ndrop(n);\n} else {\nself.bay.lock().unwrap().clear(); //!\n}",
}
RIGHT = {
    "a condition gives its guard back": "if self.bay.lock().unwrap().is_empty() {\nself.bay.lock().unwrap().push(1);\n}",
    "a closure run after the lock": "let full = self.with_bay(|bay| bay.is_empty());\nif full { self.count(); }",
    "a closure of another object": "let depot = Depot::new();\ndepot.with_bay(|bay| bay.push(self.count() as u32));",
    "a guard handed on": "let mut bay = self.bay.lock().unwrap();\nself.given(&mut bay);",
    "an object of the same type": "let depot = Depot::new();\nlet bay = depot.bay.lock().unwrap();\nself.count();\ndrop(bay);",
    "a thread started under the lock": "let bay = self.bay.lock().unwrap();\nstd::thread::scope(|s| { s.spawn(|| ()); });\ndrop(bay);",
    "a closure that is only stored": "let bay = self.bay.lock().unwrap();\nlet later = || self.count();\ndrop(bay);\nlater();",
}


def _shelf(body: str) -> str:
    return f"{SHELF}    pub fn new() -> Depot {{ todo!() }}\n    pub fn shape(&self) {{\n{body}\n}}\n}}\n"


@pytest.mark.parametrize("shape", WRONG)
def test_each_way_to_wait_for_oneself_is_found(shape: str) -> None:
    """At the line that waits."""
    body = WRONG[shape]
    marked = [line.strip() for line in body.splitlines() if line.endswith("//!")]
    assert reported(_shelf(body)) == [("double-lock", line) for line in marked]


@pytest.mark.parametrize("shape", RIGHT)
def test_what_gives_the_lock_back_in_time_is_left_alone(shape: str) -> None:
    """Look-alikes."""
    assert reported(_shelf(RIGHT[shape])) == []


def test_edition_2024_gives_the_guard_of_if_let_back_before_else() -> None:
    """The same text is a deadlock in 2021 only."""
    assert reported(_shelf(WRONG["else of if let in edition 2021"]), "2024") == []


ORDER = """
use std::sync::Mutex;
pub struct Depot { bay: Mutex<u32>, gate: Mutex<u32> }
impl Depot {
    fn under_gate(&self, run: impl Fn()) { let gate = self.gate.lock().unwrap(); run(); drop(gate); }
    pub fn one(&self) { let bay = self.bay.lock().unwrap(); self.gate_only(); drop(bay); }
    fn gate_only(&self) { *self.gate.lock().unwrap() += 1; }
    pub fn two(&self) { self.under_gate(|| { *self.bay.lock().unwrap() += 1; }); }
}
"""


def test_an_inversion_through_a_callback_is_a_cycle() -> None:
    """One thread takes `gate` through a call under `bay`, the other `bay` in a closure that runs under `gate`."""
    assert [rule for rule, _ in reported(ORDER)] == ["lock-order-cycle"]
    assert reported(ORDER.replace("let gate = self.gate.lock().unwrap(); run(); drop(gate);", "run();")) == []
