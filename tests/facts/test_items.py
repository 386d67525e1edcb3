"""Items as the file writes them."""

from __future__ import annotations

import msgspec
import pytest

from scrutineer.facts import NotReadableError, read_file
from scrutineer.model.file import FileFacts


def read(text: str) -> FileFacts:
    facts = read_file("lib.rs", text.encode(), lower=False)
    again = msgspec.msgpack.decode(msgspec.msgpack.encode(facts), type=FileFacts)
    assert again == facts
    return facts


def test_a_function_says_all_of_its_signature() -> None:
    text = """
    mod inner {
        impl<'a, T: Send + 'a> Holder<'a, T> where T: Iterator<Item = u8> {
            /// Reads.
            ///
            /// # Safety
            ///
            /// `at` is valid.
            #[inline]
            #[cfg(unix)]
            pub(crate) const unsafe extern "C" fn read<U: ?Sized, const N: usize>(
                &mut self, mut at: *const u8, (a, b): (u8, [T; N]), ...
            ) -> Result<&'a mut U> where U: Copy { 1 }
        }
    }
    """
    facts = read(text)
    (function,) = facts.functions
    assert (function.name, function.scope, function.cfg) == ("read", "inner::Holder", "unix")
    assert (function.visibility, function.receiver, function.abi) == ("crate", "&mut self", "C")
    assert function.unsafe
    assert function.const
    assert function.variadic
    assert not function.asynchronous
    assert function.doc == "Reads.\n\n# Safety\n\n`at` is valid."
    assert [attribute.path for attribute in function.attributes] == ["inline", "cfg"]
    assert [(one.name, str(one.type), one.mutable) for one in function.parameters] == [
        ("at", "*const u8", True),
        ("", "(u8, [T; N])", False),
    ]
    assert str(function.result) == "Result<&'a mut U>"
    assert (function.generics.types, function.generics.consts) == (("U",), ("N",))
    assert [(str(one.subject), [str(t) for t in one.traits]) for one in function.generics.bounds] == [
        ("U", ["?Sized"]),
        ("U", ["Copy"]),
    ]
    start, end = function.span.start, function.span.end
    assert text.encode()[start:end].startswith(b"/// Reads.")
    assert text.encode()[start:end].endswith(b"{ 1 }")
    (implementation,) = facts.impls
    assert implementation.name == "impl Holder<'a, T>"
    assert function.impl_ == 0
    assert implementation.generics.bounds[0].lifetimes == ("'a",)


@pytest.mark.parametrize(
    ("text", "name", "unsafe", "negative"),
    [
        ("unsafe impl<T> Send for A<T> {}", "impl Send for A<T>", True, False),
        ("impl<T> !Sync for A<T> where T: X {}", "impl !Sync for A<T>", False, True),
        ("unsafe impl<#[may_dangle] T> Drop for A<T> { }", "impl Drop for A<T>", True, False),
        ("impl a::B<C> for &'a mut [D] {}", "impl a::B<C> for &'a mut [D]", False, False),
        ("unsafe impl const A for B {}", "impl A for B", True, False),
    ],
)
def test_an_impl_is_named_by_its_header(text: str, name: str, unsafe: bool, negative: bool) -> None:
    (implementation,) = read(text).impls
    assert (implementation.name, implementation.unsafe, implementation.negative) == (name, unsafe, negative)


def test_lifetimes_of_trait_objects_and_of_traits_are_kept() -> None:
    facts = read(
        "trait Hook: Fn() + 'static {}\nfn f<'a>(hook: Box<dyn Hook + 'a>, other: impl Hook + 'a) {}"
    )
    boxed, other = (parameter.type for parameter in facts.functions[0].parameters)
    assert (boxed.args[0].kind, boxed.args[0].lifetimes) == ("dyn", ("'a",))
    assert (other.kind, other.lifetimes) == ("impl", ("'a",))
    (own,) = facts.traits[0].generics.bounds
    assert (own.subject.kind, own.lifetimes) == ("self", ("'static",))


def test_foreign_functions_say_whether_they_are_safe() -> None:
    facts = read(
        'unsafe extern "C-unwind" { safe fn a(x: u8); pub unsafe fn b(); fn c(...); type D; pub safe static mut E: u8; }'
    )
    assert [(f.name, f.safe, f.unsafe, f.foreign, f.visibility) for f in facts.functions] == [
        ("a", True, False, True, ""),
        ("b", False, True, True, "pub"),
        ("c", False, False, True, ""),
    ]
    assert [(t.name, t.form) for t in facts.types] == [("D", "opaque")]
    assert [(v.name, v.safe, v.foreign, v.mutable) for v in facts.values] == [("E", True, True, True)]
    assert [(e.name, e.unsafe) for e in facts.extern_blocks] == [("C-unwind", True)]


def test_types_say_their_fields() -> None:
    facts = read(
        "#[repr(C, align(8))] #[derive(Clone, core::fmt::Debug)] pub struct A<T>(pub u8, #[cfg(x)] T);"
        "union B { pub(super) a: u8, b: *mut T } enum C { D, #[cfg(y)] E(u8), F { g: u8 } = 4 }"
        "type G<'a> = &'a dyn Fn(u8, &str) -> bool; struct H;"
    )
    first, union, enum, alias, unit = facts.types
    assert (first.representation, first.derives) == (("C", "align(8)"), ("Clone", "core::fmt::Debug"))
    assert [(f.name, str(f.type), f.visibility, f.cfg) for f in first.fields] == [
        ("0", "u8", "pub", ""),
        ("1", "T", "", "x"),
    ]
    assert [(f.name, str(f.type), f.visibility) for f in union.fields] == [
        ("a", "u8", "super"),
        ("b", "*mut T", ""),
    ]
    assert [(v.name, len(v.fields), v.discriminant, v.cfg) for v in enum.variants] == [
        ("D", 0, "", ""),
        ("E", 1, "", "y"),
        ("F", 1, "4", ""),
    ]
    assert str(alias.aliased) == "&'a dyn Fn<(u8, &str), bool>"
    assert (unit.form, unit.fields) == ("struct", ())


def test_a_use_tree_gives_its_leaves() -> None:
    facts = read("pub use a::{self, b::{c as d, e::*}, f as _}; use ::g::h; extern crate i as j; use k::*;")
    assert [(use.name, use.target, use.visibility) for use in facts.uses] == [
        ("a", "a", "pub"),
        ("d", "a::b::c", "pub"),
        ("*", "a::b::e", "pub"),
        ("_", "a::f", "pub"),
        ("h", "::g::h", ""),
        ("j", "i", ""),
        ("*", "k", ""),
    ]


def test_cfg_holds_inside_and_is_joined() -> None:
    facts = read(
        '#[cfg(unix)] mod a { #[cfg(feature = "x")] impl B { #[cfg(all(y, not(z)))] fn c() { #[cfg(w)] unsafe { d() } } } }'
        "#[cfg(test)] mod t { fn u() {} } #[test] fn v() {} #[cfg(any(test, a))] fn w() {} #[cfg(any(test, loom))] fn x() {}"
    )
    assert [(f.name, f.cfg, f.test) for f in facts.functions] == [
        ("c", 'all(unix, feature = "x", y, not(z))', False),
        ("u", "test", True),
        ("v", "", True),
        ("w", "any(test, a)", False),
        ("x", "any(test, loom)", True),
    ]
    assert facts.unsafe_blocks[0].cfg == 'all(unix, feature = "x", y, not(z), w)'


def test_attributes_say_whether_they_are_unsafe() -> None:
    facts = read(
        '#![no_std]\n#[unsafe(no_mangle)] #[unsafe(export_name = "a b")] #[must_use = "why"] #[cfg_attr(x, unsafe(naked))]\nfn f() {}'
    )
    assert [attribute.path for attribute in facts.attributes] == ["no_std"]
    assert [(a.path, a.arguments, a.unsafe) for a in facts.functions[0].attributes] == [
        ("no_mangle", "", True),
        ("export_name", '"a b"', True),
        ("must_use", '"why"', False),
        ("cfg_attr", "x, unsafe(naked)", True),
    ]


def test_skeletons_say_calls_writes_and_holes() -> None:
    facts = read(
        "fn f(&self) { let g = self.a.lock(); g.b = 1; h::<u8>(&mut self.c); m!(x.y(), z::w(1)); <T as U>::v(); let k = || self.d.take(); }"
    )
    (skeleton,) = facts.skeletons
    assert skeleton.calls == (".lock", "h", ".y", "z::w", "<TasU>::v", ".take")
    assert skeleton.writes == ("self.a", "g.b", "self.c", "self.d")
    assert [facts.macro_calls[hole].name for hole in skeleton.holes] == ["m"]


@pytest.mark.parametrize("text", [b"fn f() { \0 }", b"fn f() { \xc3 }"])
def test_what_cannot_be_read_is_refused(text: bytes) -> None:
    with pytest.raises(NotReadableError):
        read_file("lib.rs", text)


def test_a_predicate_of_the_whole_file_is_one_of_each_item() -> None:
    facts = read_file("x.rs", b"#![cfg(all(test, unix))]\nmod a;\n#[cfg(loom)]\nfn f() {}\n")
    assert [module.cfg for module in facts.modules] == ["all(test, unix)"]
    assert [(function.cfg, function.test) for function in facts.functions] == [
        ("all(test, unix, loom)", True)
    ]
