"""Bodies in which macros of the crate are expanded."""

from __future__ import annotations

from collections.abc import Iterator

from crates import call, crate, function, typed

from scrutineer.model.body import Body, Operation
from scrutineer.program.program import Program

LIB = """
macro_rules! inner { ($p:expr) => { unsafe { read($p) } }; }
macro_rules! outer { ($q:expr, $r:expr) => { { let first = inner!($q); first + inner!($r) } }; }
unsafe fn read(p: *const u8) -> u8 { *p }
fn user(one: *const u8, two: *const u8) -> u8 { outer!(one, two.add(3)) }
macro_rules! check {
    ($c:expr) => {
        #[cfg(hard)] assert!($c);
        #[cfg(not(hard))] if !$c { return; }
    };
}
fn checked(n: usize) { check!(n < 3); }
macro_rules! getter { ($n:ident) => { paste::paste! { fn [<get_ $n>]() -> u8 { $n() } } }; }
fn one() -> u8 { 1 }
getter!(one);
fn pasted() -> u8 { paste! { [<get_ one>]() } }
"""


def operations(body: Body) -> Iterator[Operation]:
    for block in body.blocks:
        yield from block.operations


def body_of(program: Program, name: str) -> Body:
    entry = program.functions[function(program, name)]
    found = program.bodies.of(program.files[entry.file], entry.number)
    assert found is not None
    return found


def test_arguments_of_macros_in_macros_stand_where_they_were_written() -> None:
    program = crate(LIB)
    calls = [each for each in operations(body_of(program, "user")) if each.callee is not None]
    written = [LIB.encode()[each.span.start : each.span.end].decode() for each in calls]
    assert written == ["read($p)", "two.add(3)", "read($p)"]


def test_statements_of_a_macro_keep_their_predicates() -> None:
    body = body_of(crate(LIB), "checked")
    assert not [each for each in operations(body) if each.kind == "opaque"]
    labels = [block.terminator.labels for block in body.blocks if block.terminator.kind == "cfg"]
    assert labels == [("hard", "not(hard)"), ("not(hard)", "not(not(hard))")]


def test_pasted_names_are_found() -> None:
    program = crate(LIB)
    assert call(typed(program, "pasted"), "get_one").path == "sample::get_one"
    assert call(typed(program, "get_one"), "one").path == "sample::one"


def test_a_path_into_another_crate_means_none_of_this_one() -> None:
    program = crate(
        "macro_rules! thread_local { ($($t:tt)*) => { fn own() {} }; } std::thread_local! { static A: u8 = 1; }"
    )
    assert [value.name for made in program.expansions for value in made.facts.values] == ["A"]


def test_a_macro_may_call_itself_for_each_letter_of_a_tuple() -> None:
    letters = ", ".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    program = crate(
        "pub trait Zero {} macro_rules! tuples { () => {}; ($h:ident $(, $t:ident)*) => {"
        " impl<$h: Zero $(, $t: Zero)*> Zero for ($h, $($t,)*) {} tuples!($($t),*); }; }"
        f" tuples!({letters});"
    )
    assert len([each for each in program.impls if each.item.definition < 0]) == len(letters.split(", "))


def test_a_macro_that_a_macro_calls_may_be_defined_below_it_in_the_same_file() -> None:
    module = """
    macro_rules! row {{ ($p:expr) => {{ {{ one!($p) }} }}; }}
    macro_rules! one {{ ($p:expr{0}) => {{ {1}($p) }}; }}
    fn {1}(n: u8) -> u8 {{ n }}
    pub fn user_{1}() -> u8 {{ row!(3) }}
    """
    files = {
        "src/lib.rs": "mod a; mod b;",
        "src/a.rs": module.format("", "first"),
        "src/b.rs": module.format("", "second").replace("($p:expr) => { second($p)", "($p:ty) => { $p"),
    }
    program = crate(files)
    assert call(typed(program, "a::user_first"), "first").kind == "resolved"
