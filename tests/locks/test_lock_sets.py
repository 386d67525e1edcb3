"""Which locks are held where: guards end where Rust drops them, and locks are told apart by where they lie."""

from __future__ import annotations

import pytest

from scrutineer.facts.read import read_file
from scrutineer.flow.function import Flows
from scrutineer.locks.guarded import field_key
from scrutineer.locks.locks import FunctionLocks, Locks
from scrutineer.model.target import CrateUnit
from scrutineer.program.program import Program

PRELUDE = """
use std::sync::{Mutex, MutexGuard, RwLock};
pub struct Counter { total: u32, seen: Vec<u32> }
pub struct Shop { counter: Mutex<Counter>, other: Mutex<Counter>, open: RwLock<bool> }
static ALL: Mutex<Vec<u32>> = Mutex::new(Vec::new());
fn mark() {}
fn finish(guard: MutexGuard<'_, Counter>) { let _ = guard; }
impl Shop {
    fn counter(&self) -> MutexGuard<'_, Counter> { self.counter.lock().unwrap() }
"""


def locks_of(body: str, signature: str = "&self") -> FunctionLocks:
    """Locks of one method `f` of `Shop`."""
    text = f"{PRELUDE}    pub fn f({signature}) {{\n{body}\n}}\n}}\n".encode()
    crate = CrateUnit(name="shop", root="src/lib.rs", kind="lib", edition="2021")
    program = Program(crate, (read_file("src/lib.rs", text, "2021"),), None, lambda _: text)
    (entry,) = program.find("shop::Shop::f")
    found = Locks(Flows(program)).of(entry.index)
    assert found is not None
    return found


def at_marks(locks: FunctionLocks) -> list[list[str]]:
    """Locks that are certainly held at each call of `mark`, in source order."""
    calls = [
        (operation.span.start, sorted(str(lock) for lock in locks.held.must(point)))
        for point, operation in locks.flow.graph.points()
        if operation.callee is not None and operation.callee.name == "mark"
    ]
    return [held for _, held in sorted(calls)]


@pytest.mark.parametrize(
    ("body", "held"),
    [
        ("mark(); let g = self.counter.lock().unwrap(); mark(); drop(g); mark();", [[], ["self.counter"], []]),
        ("{ let _g = self.counter.lock().unwrap(); mark(); } mark();", [["self.counter"], []]),
        ("let _ = self.counter.lock().unwrap(); mark();", [[]]),
        ("let g = self.counter.lock().unwrap(); finish(g); mark();", [[]]),
        ("let g = self.counter(); mark(); let h = g; mark(); drop(h); mark();", [["self.counter"], ["self.counter"], []]),
        ("if let Some(_) = self.counter.lock().unwrap().seen.pop() { mark(); } mark();", [["self.counter"], []]),
        ("let top = self.counter.lock().unwrap().seen.pop(); if let Some(_) = top { mark(); }", [[]]),
        ("if let Ok(g) = self.counter.try_lock() { mark(); drop(g); } else { mark(); }", [["self.counter"], []]),
        ("let mut g = self.counter(); while g.total > 0 { drop(g); mark(); g = self.counter(); mark(); }", [[], ["self.counter"]]),
        ("let g = self.counter(); let o = self.open.read().unwrap(); mark(); drop(g); mark(); let _ = o;", [["self.counter", "self.open"], ["self.open"]]),
        ("ALL.lock().unwrap().push({ mark(); 1 });", [["ALL"]]),
        ("let c = &self.counter; let _g = c.lock().unwrap(); mark();", [["self.counter"]]),
        ("let g = self.counter(); if g.total > 1 { drop(g); } mark();", [[]]),
    ],
)  # fmt: skip
def test_guards_live_as_long_as_rust_says(body: str, held: list[list[str]]) -> None:
    """Each shape of a guard's end, and what is certainly held around it."""
    assert at_marks(locks_of(body)) == held


def test_a_guard_that_is_handed_in_is_held_from_the_start() -> None:
    """`&mut MutexGuard` as a parameter: its lock is the one field that protects such a value, if there is one."""
    locks = locks_of("mark(); let _ = open;", "open: std::sync::RwLockReadGuard<'_, bool>")
    (acquired,) = locks.acquisitions
    assert acquired.guard.parameter
    assert (acquired.guard.lock.owner, acquired.guard.lock.field) == ("shop::Shop", "open")
    assert len(at_marks(locks)[0]) == 1


def test_fields_of_one_type_are_told_apart_and_a_guarded_place_has_one_name() -> None:
    """`counter` and `other` protect the same type; `seen` is `Counter.seen` under whichever lock."""
    locks = locks_of("let mut g = self.other.lock().unwrap(); let s = &mut g.seen; s.push(1);")
    (lock,) = {each.guard.lock for each in locks.acquisitions}
    assert (lock.owner, lock.field) == ("shop::Shop", "other")
    names = {
        field_key(locks.flow, guarded)
        for point, operation in locks.flow.graph.points()
        if operation.callee is not None and operation.callee.name == "push"
        for operand in operation.operands
        if operand.place is not None and (guarded := locks.guarded(point, operand.place)) is not None
    }
    assert names == {"shop::Counter.seen"}
