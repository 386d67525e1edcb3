"""What is known of crates that were not read: what lock libraries document, and what impls of their traits say."""

from __future__ import annotations

import pytest
from crates import call, calls, crate, typed

from scrutineer.program.program import Program
from scrutineer.program.tables.libraries import LIBRARIES, libraries

SOURCE = """
use crossbeam_utils::CachePadded;
use lock_api::RawMutex as Raw;
use std::sync::Mutex;
struct State { blocked: Mutex<bool> }
pub struct Sleep { states: Vec<CachePadded<State>> }
pub struct Lock;
unsafe impl Raw for Lock { fn lock(&self) {} fn try_lock(&self) -> bool { true } }
unsafe impl lock_api::RawMutexFair for Lock { unsafe fn bump(&self) { self.lock(); } }
pub fn padded(sleep: &Sleep) { sleep.states[0].blocked.lock(); }
pub fn imported(lock: &Lock) { lock.lock(); }
mod inner { pub fn not_imported(lock: &crate::Lock) { lock.try_lock(); } }
"""


@pytest.fixture(scope="module")
def program() -> Program:
    return crate(SOURCE, externs=("crossbeam_utils", "lock_api"))


def test_a_documented_wrapper_is_seen_through(program: Program) -> None:
    assert call(typed(program, "padded"), "lock").path == "std::sync::Mutex::lock"


def test_an_impl_of_an_unread_trait_gives_its_methods_where_the_trait_is_imported(program: Program) -> None:
    assert call(typed(program, "imported"), "lock").kind == "resolved"
    (unseen,) = calls(typed(program, "inner::not_imported"))
    assert unseen.kind == "unknown"


def test_every_library_of_the_table_is_asked() -> None:
    assert {path.partition("::")[0] for path in libraries().items()} <= LIBRARIES
