"""Summaries of functions: what a caller can see, exactly where nothing is unknown, never less where something is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from small_programs import HEADER, Function, effects_of, programs, text_of

from scrutineer.facts.read import read_file
from scrutineer.flow.effects import EFFECTS
from scrutineer.flow.function import Flows
from scrutineer.flow.summaries import Summaries
from scrutineer.model.body import Place
from scrutineer.model.summary import Summary
from scrutineer.model.target import CrateUnit
from scrutineer.program.program import Program

SOURCE = """
use std::cell::Cell;
use std::sync::{Mutex, MutexGuard};
pub fn takes(s: &mut S) -> Vec<u8> { std::mem::take(&mut s.v) }
pub fn reads(p: *mut S) -> Vec<u8> { unsafe { std::ptr::read(&(*p).v) } }
pub fn stores(v: Vec<u8>, s: &mut S) { s.v = v; }
pub fn clears(s: &mut S) { s.v.clear(); }
pub fn own(mut s: S) { s.x = 1; }
pub fn lends(s: &S) -> &u8 { &s.x }
pub fn through(n: &mut Option<Box<S>>) { n.as_mut().map(|each| each.x = 2); }
pub fn captured(s: &mut S, f: bool) { let mut set = || s.y = 2; if f { set() } }
pub fn shared(c: &Cell<u8>) { c.set(1); }
pub fn locks(m: &Mutex<S>) -> MutexGuard<'_, S> { m.lock().unwrap() }
pub fn unlocks(guard: MutexGuard<'_, S>) {}
pub fn passes(guard: MutexGuard<'_, S>) { unlocks(guard) }
pub fn asks<T: Clone>(t: &T) -> T { t.clone() }
pub fn calls(f: impl Fn()) { f() }
pub fn unknown(s: &mut S) { s.missing(); }
pub fn outer(s: &mut S) { unknown(s); s.x = 1; }
extern "C" { fn foreign(s: *mut S); }
pub fn leaves(s: &mut S) { unsafe { foreign(s) } }
"""


def summaries(text: str) -> dict[str, Summary]:
    content = text.encode()
    unit = CrateUnit(name="sample", root="src/lib.rs", kind="lib", edition="2021")
    program = Program(unit, [read_file("src/lib.rs", content)], None, lambda _: content)
    found = Summaries(Flows(program))
    return {entry.item.name: found.of(entry.index) for entry in program.functions}


def words(places: tuple[Place, ...]) -> str:
    return " ".join((place.static or str(place.local)) + "".join(place.steps) for place in places)


@pytest.fixture(scope="module")
def found() -> dict[str, Summary]:
    return summaries(HEADER + SOURCE)


@pytest.mark.parametrize(
    ("function", "effect", "places"),
    [
        ("takes", "moves", "1.v"),
        ("takes", "writes", "1.v"),
        ("takes", "escapes", "1.v"),
        ("reads", "moves", "1.v"),
        ("reads", "writes", ""),
        ("stores", "escapes", "1"),
        ("stores", "writes", "2.v"),
        ("stores", "drops", "2.v"),
        ("clears", "drops", "1.v"),
        ("own", "writes", ""),
        ("own", "drops", "1"),
        ("lends", "escapes", "1.x"),
        ("lends", "writes", ""),
        ("through", "writes", "1"),
        ("captured", "writes", "1.y"),
        ("shared", "writes", "1"),
        ("unlocks", "guards_dropped", "1"),
        ("passes", "guards_dropped", "1"),
        ("locks", "guards_dropped", ""),
        ("outer", "writes", "1.x"),
    ],
)
def test_places_of_the_caller(found: dict[str, Summary], function: str, effect: str, places: str) -> None:
    assert words(getattr(found[function], effect)) == places


def test_what_is_not_known_is_said(found: dict[str, Summary]) -> None:
    assert {name for name, each in found.items() if not each.known} == {
        "asks", "calls", "unknown", "outer", "foreign", "leaves"
    }  # fmt: skip
    assert {name for name, each in found.items() if each.user_code} == {"asks", "calls", "foreign"}
    assert {name for name, each in found.items() if each.returns_guard} == {"locks"}


@given(programs())
@settings(max_examples=60, deadline=None)
def test_cycles_and_aliases_give_what_running_every_context_gives(program: tuple[Function, ...]) -> None:
    found = summaries(text_of(program))
    for number in range(len(program)):
        summary = found[f"f{number}"]
        assert summary.known
        seen = {(effect, words((place,))) for effect in EFFECTS for place in getattr(summary, effect)}
        assert seen == effects_of(program, number)
