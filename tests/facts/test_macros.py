"""Macros: holes, and unsafe code counted once where it is written."""

from __future__ import annotations

from scrutineer.facts import read_file
from scrutineer.model.file import FileFacts


def read(text: str) -> FileFacts:
    return read_file("lib.rs", text.encode(), lower=False)


DEFINITION = """
#[macro_export]
macro_rules! m {
    // unsafe { in_comment() }
    ($vis:vis unsafe fn $name:ident ($($arg:ident : $ty:ty),* $(,)?) $body:block, $l:lifetime) => {
        unsafe impl<$l> $crate::Foreign for $name<$l> {}
        #[doc = "unsafe { in_a_string() }"]
        $vis unsafe fn $name($($arg: $ty),*) $body
        $(unsafe { $crate::drop($arg) };)*
    };
    (@munch $($rest:tt)*) => {
        m!(@ $($rest)* => unsafe { once() } ?);
        [< concatenated $rest >] unsafe trait T {}
    };
}
"""


def test_unsafe_code_of_a_definition_counts_once_where_it_is_written() -> None:
    facts = read(DEFINITION)
    (definition,) = facts.macro_definitions
    assert (definition.name, definition.exported) == ("m", True)
    assert [DEFINITION[b.span.start : b.span.end] for b in facts.unsafe_blocks] == [
        "unsafe { $crate::drop($arg) }",
        "unsafe { once() }",
    ]
    assert [b.definition for b in facts.unsafe_blocks] == [0, 0]
    assert [(f.name, f.unsafe, f.opaque, f.definition) for f in facts.functions] == [("$name", True, True, 0)]
    assert [(i.name, i.unsafe) for i in facts.impls] == [("impl $crate::Foreign for $name<$l>", True)]
    assert [(t.name, t.unsafe) for t in facts.traits] == [("T", True)]
    inventory = facts.inventory
    assert (inventory.unsafe_blocks, inventory.unsafe_fns, inventory.unsafe_impls, inventory.unsafe_traits) == (
        2, 1, 1, 1,
    )  # fmt: skip


def test_items_of_an_unknown_macro_are_kept_and_marked() -> None:
    facts = read(
        "choose! { if #[cfg(unix)] { pub unsafe fn a() { unsafe { b() } } } else { fn c() {} } }"
        "lazy_static! { static ref D: u8 = unsafe { e() }; }\nmod inner { bitflags! { struct F: u8 { const G = 1; } } }"
    )
    assert [(call.name, call.position, call.delimiter, call.scope) for call in facts.macro_calls] == [
        ("choose", "item", "{", ""),
        ("lazy_static", "item", "{", ""),
        ("bitflags", "item", "{", "inner"),
    ]
    assert [(block.macro, block.definition) for block in facts.unsafe_blocks] == [(0, -1), (1, -1)]
    assert [(f.name, f.unsafe, f.macro, f.opaque) for f in facts.functions][:1] == [("a", True, 0, True)]


def test_holes_say_where_they_stand() -> None:
    text = "fn f() -> t!(x) { s!(1); let a = e![2]; match b { p!(3) => {} } if c!() {} l! { 4 } }"
    facts = read(text)
    assert {call.name: call.position for call in facts.macro_calls} == {
        "t": "type", "s": "statement", "e": "expression", "p": "pattern", "c": "expression", "l": "expression",
    }  # fmt: skip
    inside = {call.name: text[call.arguments.start : call.arguments.end] for call in facts.macro_calls}
    assert (inside["s"], inside["l"], inside["c"]) == ("1", " 4 ", "")
    assert all(call.function == 0 for call in facts.macro_calls)
    assert len(facts.skeletons[0].holes) == 6


def test_nested_macros_are_read_too_and_only_once() -> None:
    facts = read("fn f() { a!(b!(unsafe { g() }), c! { x => unsafe { h() } }, i!(1)); }")
    assert [call.name for call in facts.macro_calls] == ["a", "b", "c", "i"]
    assert [facts.macro_calls[block.macro].name for block in facts.unsafe_blocks] == ["b", "c"]
    assert facts.inventory.unsafe_blocks == 2


def test_words_that_are_no_unsafe_code_do_not_count() -> None:
    facts = read(
        '/// unsafe { doc() }\nfn f(g: unsafe extern "C" fn(u8)) { // unsafe { comment() }\n'
        '    m!("unsafe { string() }", \'u\', r#"unsafe { raw() }"#); /* unsafe { block() } */\n'
        "}\nmacro_rules! n { (unsafe $x:block) => { $x }; (unsafe { $y:expr }) => { $y } }"
    )
    assert facts.unsafe_blocks == ()
    assert [f.unsafe for f in facts.functions] == [False]


def test_candidates_belong_to_the_innermost_block() -> None:
    facts = read(
        'unsafe fn f(p: *mut S) { p.read(); unsafe { a::b(*p, (*p).c, STATIC_D, e::F, self.g()); asm!("nop"); '
        "let k = || unsafe { *q }; h::<u8>(k); } }"
    )
    outer, inner = facts.unsafe_blocks
    assert [(c.kind, c.text) for c in outer.candidates] == [
        ("call", "a::b"), ("deref", "p"), ("field", "c"), ("deref", "p"), ("static", "STATIC_D"),
        ("static", "e::F"), ("method", "g"), ("asm", "asm"), ("call", "h"),
    ]  # fmt: skip
    assert [(c.kind, c.text) for c in inner.candidates] == [("deref", "q")]
    assert [(c.kind, c.text) for c in facts.functions[0].candidates] == [("method", "read")]
    assert facts.inventory.unsafe_candidates == 11


def test_bodies_are_lowered_where_something_can_go_wrong() -> None:
    text = (
        b"fn plain() { a(); } fn lock(&self) { self.m.lock(); } fn write(&mut self) { self.n = 1; }"
        b"fn with_block() { unsafe { b() } } const C: u8 = unsafe { d() };"
        b"macro_rules! m { () => { fn of_macro() { unsafe { e() } } } }"
    )
    facts = read_file("lib.rs", text)
    assert [facts.functions[body.function].name for body in facts.bodies if body.function >= 0] == [
        "lock", "write", "with_block",
    ]  # fmt: skip
    assert [body.value for body in facts.bodies if body.function < 0] == [0]
    assert read_file("lib.rs", text, lower=False).bodies == ()
    blocks = {op.unsafe_block for body in facts.bodies for block in body.blocks for op in block.operations}
    assert blocks == {-1, 0, 1}


def test_a_braced_generic_argument_does_not_end_an_impl_of_a_macro() -> None:
    text = (
        "for_each!(N in [1, 2] { unsafe impl Sized<{ N + 1 }, { N }> for A<N> where A<N>: B, { const B: u8 = 1; } "
        "unsafe fn f(a: A, (b): B) -> C<D> where D: E, { 1 } });"
    )
    facts = read(text)
    (implementation,) = facts.impls
    assert text[implementation.span.start : implementation.span.end].endswith("{ const B: u8 = 1; }")
    assert [f.name for f in facts.functions] == ["f"]


def test_half_a_cfg_if_is_no_reason_to_fail() -> None:
    assert read("cfg_if! { if #[cfg }").functions == ()
    assert [f.cfg for f in read("cfg_if! { if #[cfg(a)] { fn b() {} } else { fn c() {} } }").functions] == [
        "a",
        "not(a)",
    ]
