"""Whose code an operation can unwind through."""

from __future__ import annotations

import pytest

from scrutineer.facts.read import read_file
from scrutineer.flow.function import Flows
from scrutineer.model.target import CrateUnit
from scrutineer.program.program import Program

SOURCE = """
pub struct Pair<T>(T, T);

pub fn walks<T>(items: Vec<T>) { let mut all = items.into_iter(); all.next(); }
pub fn steps<I: Iterator<Item = u8>>(mut items: I) { items.next(); }
pub fn maps<T, F: FnMut(&T) -> u8>(items: &[T], f: F) { let mut all = items.iter().map(f); all.next(); }
pub fn looks<A: AsRef<[u8]>>(items: &A) { items.as_ref(); }
pub fn copies<T: Clone>(item: &T) -> Pair<T> { Pair(item.clone(), item.clone()) }
pub fn wraps<T: Clone>(item: &T) -> Pair<T> { copies(item) }
pub fn leaves<T>(_pair: Pair<T>) {}
pub fn destroys<T>(item: *mut T) { unsafe { std::ptr::drop_in_place(item) } }
pub fn drains<T>(items: &mut Vec<T>) { std::mem::forget(items.drain(..)); }
pub fn calls_back(call: extern "C" fn(u32) -> u32) -> u32 { call(1) }
pub fn calls_back_unwinding(call: extern "C-unwind" fn(u32) -> u32) -> u32 { call(1) }
"""


@pytest.fixture(scope="module")
def flows() -> Flows:
    unit = CrateUnit(name="sample", root="src/lib.rs", kind="lib", edition="2021")
    return Flows(Program(unit, [read_file("src/lib.rs", SOURCE.encode())], None, lambda _: SOURCE.encode()))


@pytest.mark.parametrize(
    ("function", "worst"),
    [
        ("steps", "user"),
        ("maps", "user"),
        ("copies", "user"),
        ("wraps", "user"),
        ("destroys", "user"),
        ("looks", "accessor"),
        ("leaves", "destructor"),
        ("calls_back", "no"),
        ("calls_back_unwinding", "user"),
    ],
)
def test_code_of_the_users_choice_is_told_from_what_only_holds_it(
    flows: Flows, function: str, worst: str
) -> None:
    assert _worst(flows, function) == worst


@pytest.mark.parametrize("function", ["walks", "drains"])
def test_moving_elements_runs_no_code_of_their_type(flows: Flows, function: str) -> None:
    assert _worst(flows, function) != "user"


def _worst(flows: Flows, function: str) -> str:
    (entry,) = flows.program.find(f"crate::{function}")
    flow = flows.of(entry.index)
    assert flow is not None
    found = [flow.unwinds(point) for point, _ in flow.graph.points()]
    worst = found[0]
    for other in found:
        worst = worst.or_worse(other)
    return worst.whose


def test_destructors_of_other_crates_are_not_looked_up_in_this_one() -> None:
    base = b"pub struct Held(u8);\nimpl Drop for Held { fn drop(&mut self) {} }\npub fn hold() -> Held { Held(1) }\n"
    text = b"pub fn runs<T: Clone>(t: &T) { let held = base::hold(); t.clone(); }\n"
    units = [CrateUnit(name=name, root="src/lib.rs", kind="lib") for name in ("base", "user")]
    below = Program(units[0], [read_file("src/lib.rs", base)], None, lambda _: base)
    flows = Flows(Program(units[1], [read_file("src/lib.rs", text)], {"base": below}, lambda _: text))
    assert flows.unwinding.of_function(0).whose == "user"
