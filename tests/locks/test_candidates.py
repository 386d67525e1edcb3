"""Every body that holds a lock is found, whichever way it names it, and bodies that cannot hold one are left alone."""

from __future__ import annotations

import pytest

from scrutineer.facts.read import read_file
from scrutineer.flow.function import Flows
from scrutineer.locks.candidates import candidates
from scrutineer.locks.locks import Locks
from scrutineer.model.target import CrateUnit
from scrutineer.program.program import Program

MACROS = """
macro_rules! locked { ($e:expr) => { $e.lock().unwrap() }; }
macro_rules! outer { ($e:expr) => { locked!($e) }; }
macro_rules! count { ($e:expr) => { $e + 1 }; }
macro_rules! pasted { ($e:expr, $m:ident) => { paste! { $e.[<lo $m>]() } }; }
"""


def program_of(body: str, above: str = "use std::sync::{Mutex, MutexGuard};") -> Program:
    """A crate with the method `S::f`."""
    text = f"{above}\n{MACROS}\npub struct S {{ m: Mutex<u8>, n: u8 }}\nimpl S {{ {body} }}\n".encode()
    crate = CrateUnit(name="demo", root="src/lib.rs", kind="lib", edition="2021")
    return Program(crate, (read_file("src/lib.rs", text, "2021"),), None, lambda _: text)


@pytest.mark.parametrize(
    "body",
    [
        "fn f(&self) { let _g = self.m.lock(); }",
        "fn f(&self) { let _g = locked!(self.m); }",
        "fn f(&self) { let _g = outer!(self.m); }",
        "fn f(&self) { let _g = paste! { self.m.[<lo ck>]() }; }",
        "fn f(&self) { let _g = pasted!(self.m, ck); }",
        "fn f(&self, g: &mut MutexGuard<'_, u8>) { **g = 1; }",
    ],
)
def test_a_body_that_holds_a_lock_is_a_candidate(body: str) -> None:
    program = program_of(body)
    (entry,) = program.find("demo::S::f")
    assert entry.index in set(candidates(program))


@pytest.mark.parametrize(
    "body",
    [
        "fn f(&self) -> u8 { count!(self.n) }",
        "fn f(&self) -> u8 { unknown!(self.n) }",
        "fn f(&self) { std::io::stdin().read(&mut []); }",
        "fn f(&self) { paste! { self.[<un locks>]() } }",
    ],
)
def test_names_that_take_no_lock_make_no_candidate(body: str) -> None:
    assert list(candidates(program_of(body))) == []


def test_methods_of_a_guard_of_the_crate_itself_hold_its_lock() -> None:
    text = (
        b"pub struct MutexGuard<'a, T>(&'a T); impl<T> MutexGuard<'_, T> { fn peek(&self) -> &T { self.0 } }"
    )
    crate = CrateUnit(name="lock_api", root="src/lib.rs", kind="lib", edition="2021")
    program = Program(crate, (read_file("src/lib.rs", text, "2021"),), None, lambda _: text)
    (inside,) = Locks(Flows(program)).bodies()
    assert inside.flow.entry.item.name == "peek"
