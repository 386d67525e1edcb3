"""Items that macros write take part in resolution like any other."""

from __future__ import annotations

import textwrap

from crates import call, crate, function, typed

from scrutineer.program.sites import sites

MACROS = """
macro_rules! newtype { ($name:ident, $inner:ty) => { pub struct $name($inner); impl $name { pub fn get(&self) -> $inner { self.0 } } }; }
macro_rules! forward { ($($f:ident)*) => { $( fn $f(&self) -> u8 { (**self).$f() } )* }; }
macro_rules! both { ($($t:tt)*) => { newtype!($($t)*); }; }
newtype!(Small, u16);
both!(Large, u64);
pub trait Read { fn one(&self) -> u8; fn two(&self) -> u8; }
impl<R: Read + ?Sized> Read for &R { forward! { one two } }
fn user(s: &Small, l: &Large) -> u16 { l.get(); s.get() }
fn reader<R: Read>(r: &R) -> u8 { (&r).two() }
mod inner { newtype!(Deep, u8); }
fn deep(d: inner::Deep) { d.get(); }
"""


def test_types_and_methods_that_macros_write_are_known() -> None:
    program = crate(MACROS)
    found = [target for _, target in sorted(typed(program, "user").calls.items())]
    assert [(target.path, str(target.result)) for target in found] == [
        ("sample::Large::get", "u64"),
        ("sample::Small::get", "u16"),
    ]
    assert call(typed(program, "deep"), "get").path == "sample::inner::Deep::get"


def test_members_that_a_macro_writes_belong_to_their_impl() -> None:
    program = crate(MACROS)
    (index,) = (
        entry.index for entry in program.functions if entry.item.name == "one" and entry.item.impl_ >= 0
    )
    (target,) = program.call_graph.calls(index)
    assert (target.target.kind, target.target.path) == ("generic", "sample::Read::one")


def test_an_expansion_knows_where_it_was_written() -> None:
    program = crate(MACROS)
    entry = program.functions[function(program, "inner::Deep::get")]
    assert entry.file >= program.written
    file, span = program.written_at(entry.file, entry.item.span)
    text = MACROS.encode()[span.start : span.end]
    assert (file, text) == (0, b"newtype!(Deep, u8)")


def test_unsafe_code_of_a_macro_counts_once() -> None:
    program = crate(
        "macro_rules! m { ($n:ident) => { fn $n(p: *const u8) -> u8 { unsafe { *p } } }; } m!(a); m!(b);"
    )
    assert len(list(sites(program))) == 1


def test_a_macro_that_never_ends_is_cut() -> None:
    program = crate("macro_rules! m { ($($t:tt)*) => { m!($($t)* x); fn f() {} }; } m!();")
    assert 0 < len(program.expansions) < 100


def test_statics_that_well_known_macros_declare_have_types() -> None:
    program = crate(
        """
        use std::cell::Cell;
        thread_local! { static A: Cell<u8> = const { Cell::new(1) }; pub(crate) static B: String = String::new(); }
        lazy_static! { pub static ref TABLE: Vec<u16> = vec![1, 2]; }
        fn f() -> Option<u16> { A.with(|cell| cell.get()); B.with(|text| text.len()); TABLE.first().copied() }
        """
    )
    paths = [edge.target.path for edge in program.call_graph.calls(function(program, "f"))]
    assert paths == [
        "std::thread::LocalKey::with",
        "std::thread::LocalKey::with",
        "slice::first",
        "core::option::Option::copied",
        "core::cell::Cell::get",
        "alloc::string::String::len",
    ]


def test_members_of_a_macro_in_a_macro_belong_to_the_impl_that_is_written() -> None:
    program = crate(
        """
        macro_rules! each { () => {}; ($f:ident $($rest:ident)*) => { fn $f(&self) {} each!($($rest)*); }; }
        struct S; impl S { each! { one two three } }
        fn f(s: &S) { s.one(); s.two(); s.three(); }
        """
    )
    kinds = [edge.target.kind for edge in program.call_graph.calls(function(program, "f"))]
    assert kinds == ["resolved"] * 3


def test_unsafe_code_of_a_macro_is_decided_where_it_is_expanded() -> None:
    text = """
    macro_rules! reader { ($n:ident, $t:ty, $e:expr) => {
        impl $t {
            fn $n(&self, p: *const u8) -> u8 { self.safe(); unsafe { self.safe(); self.at(p); *p.add($e) } }
            unsafe fn at(&self, p: *const u8) -> u8 { *p }
        }
    }; }
    struct One; impl One { fn safe(&self) {} }
    reader!(get, One, 1);
    """
    program = crate(text)
    written = textwrap.dedent(text)
    found = [
        (written[each.span.start : each.span.end], each.callee) for each in sites(program) if each.certain
    ]
    assert found == [
        ("self.at(p)", "sample::One::at"),
        ("*p.add($e)", ""),
        ("p.add($e)", "pointer::add"),
        ("*p", ""),
    ]
