"""Types of locals and targets of calls, where a reviewer can check them by eye."""

from __future__ import annotations

import pytest
from crates import call, calls, crate, local, typed

from scrutineer.program.program import Program

LOCKS = """
use std::sync::{Arc, Mutex};
use std::collections::HashMap;
pub struct Node { pub list: Vec<u32>, next: Option<Box<Node>> }
pub struct Owner { inner: Mutex<Node>, map: HashMap<String, Arc<Node>> }
impl Node { fn first(&self) -> Option<&u32> { self.list.first() } unsafe fn wild(&mut self) {} }
impl Drop for Node { fn drop(&mut self) {} }
pub trait Visit { fn visit(&mut self, node: &Node); fn twice(&mut self, node: &Node) { self.visit(node); } }
impl<F: FnMut(&Node)> Visit for F { fn visit(&mut self, node: &Node) { self(node) } }
pub fn body(owner: Arc<Owner>, raw: *mut Node) {
    let mut guard = owner.inner.lock().unwrap();
    let taken = std::mem::take(&mut guard.list);
    let first = guard.first().copied();
    if let Some(next) = &guard.next { let deeper = next.first(); }
    for each in taken.iter() { let number = each; }
    let squares = taken.iter().map(|x| x * 2).collect::<Vec<_>>();
    let mut grown = Vec::new();
    grown.push(7u16);
    let found = owner.map.get("a").map(|node| node.list.len());
    let at = unsafe { &*raw };
    unsafe { (*raw).wild() };
    drop(guard);
}
pub fn generic<T: Visit + ?Sized, I: Iterator<Item = T::Out>>(visitor: &mut T, node: &Node, all: I) where T: Output {
    visitor.visit(node);
    for item in all { item.clone(); }
}
pub trait Output { type Out: Clone; }
pub fn dynamic(visitor: &mut dyn Visit, node: &Node, f: impl Fn(u8) -> bool, g: Box<dyn Fn() -> u8>, h: fn(u8)) {
    visitor.visit(node);
    f(3); g(); h(4);
}
"""


@pytest.fixture(scope="module")
def program() -> Program:
    return crate(LOCKS)


@pytest.mark.parametrize(
    ("name", "type_"),
    [
        ("guard", "std::sync::MutexGuard<sample::Node>"),
        ("taken", "alloc::vec::Vec<u32>"),
        ("first", "core::option::Option<u32>"),
        ("next", "&alloc::boxed::Box<sample::Node>"),
        ("deeper", "core::option::Option<&u32>"),
        ("number", "&u32"),
        ("squares", "alloc::vec::Vec<u32>"),
        ("grown", "alloc::vec::Vec<u16>"),
        ("found", "core::option::Option<usize>"),
        ("at", "&sample::Node"),
    ],
)
def test_a_local_has_the_type_that_rustc_gives_it(program: Program, name: str, type_: str) -> None:
    assert local(typed(program, "body"), name) == type_


def test_calls_through_a_guard_reach_the_inner_type(program: Program) -> None:
    found = [target for target in calls(typed(program, "body")) if target.name == "first"]
    assert {target.path for target in found} == {"sample::Node::first"}
    assert found[0].dereferences == 1


def test_an_unsafe_method_is_known_to_be_one(program: Program) -> None:
    wild = call(typed(program, "body"), "wild")
    assert (wild.kind, wild.path, wild.unsafe) == ("resolved", "sample::Node::wild", "yes")


def test_a_bound_makes_a_call_generic(program: Program) -> None:
    body = typed(program, "generic")
    visit, clone = call(body, "visit"), call(body, "clone")
    assert (visit.kind, visit.trait, visit.parameter) == ("generic", "sample::Visit", "T")
    assert (clone.kind, clone.trait) == ("generic", "core::clone::Clone")


def test_callbacks_and_trait_objects_are_told_apart(program: Program) -> None:
    kinds = [target.kind for target in calls(typed(program, "dynamic"))]
    assert kinds == ["dyn", "callback", "callback", "callback"]


def test_nothing_is_guessed() -> None:
    program = crate("use other::Thing; fn f(t: Thing) { t.lock().unwrap(); let x = t.get(); mystery(x); }")
    assert {target.kind for target in calls(typed(program, "f"))} == {"unknown"}


def test_question_mark_gives_the_payload() -> None:
    program = crate(
        """
        type Result<T = (), E = std::fmt::Error> = core::result::Result<T, E>;
        struct S { n: u8 }
        fn get() -> Result<S> { loop {} }
        fn f() -> Result { let s = get()?; let n = s.n; Ok(()) }
        """
    )
    body = typed(program, "f")
    assert (local(body, "s"), local(body, "n")) == ("sample::S", "u8")


def test_a_declaration_that_a_generated_crate_lacks_is_foreign_all_the_same() -> None:
    bindings = crate('#![no_std]\ninclude!(concat!(env!("OUT"), "/generated.rs"));', name="bindings")
    program = crate("fn f() { unsafe { bindings::get_page(1) } }", dependencies={"bindings": bindings})
    (target,) = calls(typed(program, "f"))
    assert (target.kind, target.path, target.unsafe) == ("foreign", "bindings::get_page", "yes")


def test_a_declaration_that_the_build_writes_into_a_module_is_foreign() -> None:
    program = crate(
        """
        mod bindings { include!(concat!(env!("OUT"), "/generated.rs")); }
        mod rules { include!(concat!(env!("OUT"), "/rules.rs")); }
        use bindings::get_page;
        use rules::apply;
        fn f() { unsafe { get_page(1) }; apply(); }
        """
    )
    assert [target.kind for target in calls(typed(program, "f"))] == ["foreign", "unknown"]


def test_a_value_has_the_type_of_where_it_goes() -> None:
    """Rust infers against the order of evaluation, too: through calls, fields and variables, not through coercions."""
    program = crate(
        """
pub struct Node<K> { key: K, next: *mut Node<K> }
pub struct Holder<K> { head: *mut Node<K>, parts: [K; 3], seen: &'static [K] }
impl<K> Holder<K> {
    pub fn fill(&mut self) {
        let parts = unsafe { std::mem::zeroed() };
        self.parts = parts;
        let node = unsafe { std::mem::zeroed() };
        let boxed = Box::new(node);
        self.head = Box::into_raw(boxed);
        let seen = Default::default();
        self.seen = seen;
    }
}
"""
    )
    body = typed(program, "Holder::fill")
    assert local(body, "parts") == "[K; 3]"
    assert local(body, "boxed") == "alloc::boxed::Box<sample::Node<K>>"
    assert local(body, "node") == "sample::Node<K>"
    assert local(body, "seen") == "?"


def test_a_value_has_the_type_of_what_it_is_swapped_with() -> None:
    """One argument tells another's type where both are of one parameter, also behind references and in `Some`."""
    program = crate(
        """
pub struct Pool<T> { items: Vec<T> }
impl<T> Pool<T> {
    pub fn take(&mut self, at: usize) -> Option<T> {
        let mut swapped = unsafe { std::mem::zeroed() };
        std::mem::swap(&mut swapped, &mut self.items[at]);
        let wrapped = unsafe { std::mem::zeroed() };
        if at == 0 { return Some(wrapped); }
        let mut kept = Vec::new();
        kept.push(swapped);
        kept.pop()
    }
}
"""
    )
    body = typed(program, "Pool::take")
    assert local(body, "swapped") == "T"
    assert local(body, "wrapped") == "T"
    assert local(body, "kept") == "alloc::vec::Vec<T>"


def test_another_crates_result_is_an_alias() -> None:
    """`dep::Result<T>` that was not read holds its `T` in `Ok`, and `Ok(made)` says what `made` is."""
    program = crate(
        """
extern crate dep;
pub fn all<T>(next: impl Fn() -> dep::Result<T>) -> dep::Result<Vec<T>> {
    let mut items = Vec::with_capacity(2);
    match next() {
        Ok(item) => { unsafe { std::ptr::write(items.as_mut_ptr(), item) } }
        Err(error) => return Err(error),
    }
    Ok(items)
}
"""
    )
    body = typed(program, "all")
    assert local(body, "items") == "alloc::vec::Vec<T>"
    assert local(body, "item") == "T"
