"""Trusted bases: who is in them and why, and when their hashes change."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judged import cases_of

from scrutineer.model.case import TrustedBase

STACK = """
mod stack {
    pub struct Stack { top: *mut u8, used: usize, name: u32 }
    pub struct Other { top: usize }
    impl Stack {
        pub fn new(top: *mut u8) -> Stack { Stack { top, used: 0, name: 0 } }
        pub fn peek(&self) -> u8 { unsafe { *self.top } }
        pub fn set(&mut self, p: *mut u8) { self.top = p; }
        fn lend(&mut self) -> &mut *mut u8 { &mut self.top }
        pub fn inner(&mut self) { part::reset(self) }
        pub fn top(&self) -> *mut u8 { self.top }
        pub fn used(&mut self) { self.used += 1; }
    }
    impl Other { pub fn set(&mut self) { self.top = 1; } }
    mod part { pub fn reset(s: &mut super::Stack) { s.top = std::ptr::null_mut(); } }
}
mod far { pub fn name(s: &mut super::stack::Stack) { let _ = s; } }
"""


def base(text: str) -> TrustedBase:
    cases = cases_of(text)
    (site,) = cases.sites
    return cases.bases.of_site(site)


def names(found: TrustedBase) -> set[str]:
    return {entry.item.removeprefix("sample::stack::") for entry in found.entries}


def test_a_base_holds_whoever_can_change_what_the_site_reads() -> None:
    found = base(STACK)
    assert names(found) == {"Stack", "Stack::new", "Stack::peek", "Stack::set", "Stack::lend", "part::reset"}
    reasons = {entry.item.rpartition("::")[2]: entry.reason for entry in found.entries}
    assert reasons["set"] == "writes `Stack.top` (private: module `sample::stack`)"
    assert reasons["peek"] == "holds the site"
    assert found.lines == sum(entry.lines for entry in found.entries)
    assert found.world == ()


def test_a_public_field_of_a_public_type_has_no_base() -> None:
    found = base("pub struct S { pub p: *mut u8 }\nimpl S { pub fn f(&self) -> u8 { unsafe { *self.p } } }")
    assert found.world == ("S.p",)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("self.top = p;", "self.top = p.wrapping_add(1);"),
        ("top, used: 0", "top: top, used: 0"),
        ("null_mut()", "dangling_mut()"),
        ("top: *mut u8, used", "top: *mut i8, used"),
        ("unsafe { *self.top }", "unsafe { *self.top + 0 }"),
        ("mod far { pub", "impl stack::Stack { } mod far { pub"),
    ],
)
def test_only_a_change_of_the_base_changes_its_hash(old: str, new: str) -> None:
    assert old in STACK
    same = "mod far" in old
    assert (base(STACK.replace(old, new)).digest == base(STACK).digest) == same


def test_a_new_writer_changes_the_hash_and_another_types_writer_does_not() -> None:
    added = "pub fn clear(&mut self) { self.top = std::ptr::null_mut(); }"
    before = base(STACK).digest
    assert base(STACK.replace("pub fn used", f"{added} pub fn used")).digest != before
    assert (
        base(
            STACK.replace("impl Other {", f"impl Other {{ {added.replace('std::ptr::null_mut()', '2')}")
        ).digest
        == before
    )


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([" ", "{", "}", ";", ","]),
            st.sampled_from(["\n", " // why\n", " /* { */ ", "  "]),
        ),
        max_size=6,
    )
)
def test_comments_and_layout_do_not_change_a_hash(changes: list[tuple[str, str]]) -> None:
    text = STACK
    for mark, extra in changes:
        text = text.replace(mark, f"{mark}{extra}") if mark != " " else text.replace("    ", f"    {extra}")
    assert base(text).digest == base(STACK).digest
    assert base(text) == base(text)


def test_an_impl_whose_answer_the_site_trusts_is_in_the_base() -> None:
    text = """
    pub trait Sized2 { fn size(&self) -> usize; fn other(&self) -> usize; }
    pub struct S;
    impl Sized2 for S { fn size(&self) -> usize { 4 } fn other(&self) -> usize { 5 } }
    pub fn f(s: &S, x: &[u8]) -> u8 { let n = s.size() - 1; let _ = s.other(); unsafe { *x.get_unchecked(n) } }
    """
    found = {entry.item: entry.reason for entry in base(text).entries}
    assert found["sample::<S as Sized2>::size"] == "its answer is trusted"
    assert not any("other" in item for item in found)
