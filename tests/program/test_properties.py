"""Copy, Drop and auto traits follow what types are made of and what impls say."""

from __future__ import annotations

import pytest
from crates import crate

from scrutineer.model.types import TypeRef
from scrutineer.program.program import Program
from scrutineer.program.properties import COPY, SEND, SYNC, UNPIN
from scrutineer.program.scope import Scope
from scrutineer.program.tables.cursor import Cursor
from scrutineer.program.tables.type_text import read_type

TEXT = """
use std::rc::Rc; use std::sync::{Arc, Mutex, MutexGuard}; use std::cell::{Cell, RefCell}; use std::marker::PhantomData;
#[derive(Clone, Copy)] pub struct Plain { a: u8, b: &'static str }
#[derive(Clone, Copy)] pub struct Wrap<T>(T);
pub struct Shared(Rc<u8>);
pub struct Raw(*mut u8);
pub struct Forced(*mut u8);
unsafe impl Send for Forced {}
pub struct Held<T>(*mut T);
unsafe impl<T: Send> Send for Held<T> {}
pub struct Not(u8);
impl !Send for Not {}
pub struct Loud; impl Drop for Loud { fn drop(&mut self) {} }
pub struct HasLoud { inner: Option<Loud> }
pub struct Quiet { n: Option<u8>, p: *mut Loud, m: std::mem::ManuallyDrop<Loud> }
pub struct Tree { next: Option<Box<Tree>>, v: u8 }
pub struct Ghost<T>(PhantomData<T>);
pub struct Locked(Mutex<Cell<u8>>);
pub enum Choice { A(u8), B(Rc<u8>) }
"""


@pytest.fixture(scope="module")
def program() -> Program:
    return crate(TEXT)


def _type(program: Program, text: str) -> TypeRef:
    return program.resolver.resolve(read_type(Cursor(text)), Scope(0, types=frozenset({"T"})))


@pytest.mark.parametrize(
    ("type_", "trait", "answer"),
    [
        ("Plain", COPY, "yes"),
        ("Wrap<u8>", COPY, "yes"),
        ("Wrap<String>", COPY, "no"),
        ("&'static mut u8", COPY, "no"),
        ("(u8, char)", COPY, "yes"),
        ("Wrap<T>", COPY, "no"),
        ("Plain", SEND, "yes"),
        ("Shared", SEND, "no"),
        ("Raw", SEND, "no"),
        ("Forced", SEND, "yes"),
        ("Forced", SYNC, "no"),
        ("Held<u8>", SEND, "yes"),
        ("Held<Rc<u8>>", SEND, "no"),
        ("Not", SEND, "no"),
        ("Arc<u8>", SEND, "yes"),
        ("Arc<Cell<u8>>", SEND, "no"),
        ("Mutex<Cell<u8>>", SYNC, "yes"),
        ("Locked", SYNC, "yes"),
        ("MutexGuard<'static, u8>", SEND, "no"),
        ("MutexGuard<'static, u8>", SYNC, "yes"),
        ("RefCell<u8>", SYNC, "no"),
        ("Choice", SEND, "no"),
        ("Tree", SEND, "yes"),
        ("Ghost<Rc<u8>>", SEND, "no"),
        ("Tree", UNPIN, "yes"),
        ("other::Thing", SEND, "unknown"),
    ],
)
def test_a_type_has_a_trait(program: Program, type_: str, trait: str, answer: str) -> None:
    assert program.properties.implements(_type(program, type_), trait) == answer


@pytest.mark.parametrize(
    ("type_", "answer"),
    [
        ("Plain", "no"),
        ("Loud", "yes"),
        ("HasLoud", "yes"),
        ("Quiet", "no"),
        ("Tree", "yes"),
        ("Option<u8>", "no"),
        ("Option<String>", "yes"),
        ("Vec<u8>", "yes"),
        ("Cell<u8>", "no"),
        ("Cell<Loud>", "yes"),
        ("T", "unknown"),
        ("Wrap<T>", "unknown"),
        ("Box<dyn Fn()>", "yes"),
        ("*mut Loud", "no"),
        ("[Loud; 3]", "yes"),
    ],
)
def test_a_drop_runs_code(program: Program, type_: str, answer: str) -> None:
    assert program.properties.needs_drop(_type(program, type_)) == answer


def test_bounds_give_a_parameter_its_traits() -> None:
    program = crate("fn f<T: Copy + Send, U: Clone>(t: T) {}")
    bounds = program.resolver.signature(0).bounds
    implements = program.properties.implements
    assert implements(TypeRef("param", "T"), COPY, bounds) == "yes"
    assert implements(TypeRef("ref", args=(TypeRef("param", "T"),), mutable=True), SEND, bounds) == "yes"
    assert implements(TypeRef("param", "U"), COPY, bounds) == "no"
