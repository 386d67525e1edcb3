"""Values copied out of a variable: when nothing can drop or use the original again."""

from __future__ import annotations

import pytest
from judged import cases_of

HOLDER = """
use std::mem::{{self, ManuallyDrop}};
use std::ptr;
pub struct Holder {{ first: String, second: String }}
impl Drop for Holder {{ fn drop(&mut self) {{}} }}
fn use_up(_: String) {{}}
pub fn take({signature}) -> String {{ {body} }}
"""


def owned(signature: str, body: str) -> list[str]:
    """Statuses of `owned`, in source order."""
    cases = cases_of(HOLDER.format(signature=signature, body=body)).all
    return [each.status for case in cases for each in case.obligations if each.property == "owned"]


@pytest.mark.parametrize(
    "body",
    [
        "let me = ManuallyDrop::new(me); unsafe { ptr::read(&me.first) }",
        "let me = ManuallyDrop::new(me); let s = unsafe { ptr::read(&me.first) }; use_up(unsafe { ptr::read(&me.second) }); s",
        "let s = unsafe { ptr::read(&me.first) }; mem::forget(me); s",
        "let mut s = ManuallyDrop::new(String::new()); unsafe { ManuallyDrop::take(&mut s) }",
        "let me = ManuallyDrop::new(me); let n = me.first.len(); let s = unsafe { ptr::read(&me.first) }; let _ = n; s",
    ],
)
def test_a_value_that_nothing_drops_or_uses_again_has_one_owner(body: str) -> None:
    assert set(owned("me: Holder", body)) == {"discharged"}


@pytest.mark.parametrize(
    ("signature", "body"),
    [
        ("me: Holder", "unsafe { ptr::read(&me.first) }"),  # dropped at the end
        ("me: &Holder", "unsafe { ptr::read(&me.first) }"),  # another's
        (
            "me: Holder",
            "let me = ManuallyDrop::new(me); let a = unsafe { ptr::read(&me.first) }; use_up(a); unsafe { ptr::read(&me.first) }",
        ),
        (
            "me: Holder",
            "let me = ManuallyDrop::new(me); let s = unsafe { ptr::read(&me.first) }; let _ = me.first.len(); s",
        ),
        (
            "me: Holder",
            "let me = ManuallyDrop::new(me); let r = &me.first; let s = unsafe { ptr::read(&me.first) }; let _ = r.len(); s",
        ),
        (
            "me: Holder, f: fn()",
            "let s = unsafe { ptr::read(&me.first) }; f(); mem::forget(me); s",
        ),  # unwinds
        ("me: Holder, b: bool", "let s = unsafe { ptr::read(&me.first) }; if b { mem::forget(me); } s"),
        (
            "me: Holder, b: bool",
            "let me = ManuallyDrop::new(me); while b { use_up(unsafe { ptr::read(&me.first) }) } String::new()",
        ),
        (
            "me: Holder",
            "let mut me = ManuallyDrop::new(me); let s = unsafe { ptr::read(&me.first) }; unsafe { ManuallyDrop::drop(&mut me) }; s",
        ),
    ],
)
def test_a_second_owner_or_a_later_use_leaves_it_open(signature: str, body: str) -> None:
    assert "discharged" not in owned(signature, body)


DROPPED = """
use std::mem::ManuallyDrop;
use std::ptr;
pub struct Guard {{ {visibility} state: ManuallyDrop<String> }}
impl Drop for Guard {{ fn drop(&mut self) {{ drop(unsafe {{ ManuallyDrop::take(&mut self.state) }}); }} }}
impl Guard {{ {others} }}
"""
KEEPS = "pub fn into(self) -> String { let mut me = ManuallyDrop::new(self); unsafe { ManuallyDrop::take(&mut me.state) } }"
RESTORES = "pub fn swap(&mut self) { let s = unsafe { ManuallyDrop::take(&mut self.state) }; self.state = ManuallyDrop::new(s); }"
LEAVES = "pub fn steal(&mut self) -> String { unsafe { ManuallyDrop::take(&mut self.state) } }"


@pytest.mark.parametrize(
    ("others", "visibility", "settled"),
    [
        ("", "", True),
        (KEEPS, "", True),
        (KEEPS + RESTORES, "", True),
        (KEEPS + LEAVES, "", False),
        ("", "pub", False),
    ],
)
def test_a_destructor_takes_a_field_that_everybody_else_leaves_there(
    others: str, visibility: str, settled: bool
) -> None:
    cases = cases_of(DROPPED.format(others=others, visibility=visibility))
    (case,) = cases.named("drop")
    assert case.settled == settled
    if settled and others:
        named = {entry.item.rpartition("::")[2] for entry in cases.whole(case).base.entries}
        assert "into" in named
        assert all(each.kind == "writers" for o in case.obligations for each in o.evidence)


LENT = """
use std::mem::ManuallyDrop;
pub struct Guard {{ state: ManuallyDrop<String> }}
struct Later<F: FnMut()>(F);
impl<F: FnMut()> Drop for Later<F> {{ fn drop(&mut self) {{ (self.0)() }} }}
fn use_up(_: String) {{}}
fn other(_: &mut Guard) {{}}
impl Guard {{
    pub fn without(&mut self, f: impl FnOnce()) {{
        let state = unsafe {{ ManuallyDrop::take(&mut self.state) }};
        {between}
        let _later = Later(|| {body});
        {after}
        use_up(state);
        f();
    }}
}}
"""


@pytest.mark.parametrize(
    ("between", "body", "after", "status"),
    [
        ("", "self.state = ManuallyDrop::new(String::new())", "", "discharged"),
        ("", "{ let _ = &self.state; }", "", "open"),  # nothing is put back
        (
            "drop(Vec::<u8>::with_capacity(state.len()));",
            "self.state = ManuallyDrop::new(String::new())",
            "",
            "open",
        ),
    ],
)
def test_a_closure_that_puts_the_value_back_whatever_happens(
    between: str, body: str, after: str, status: str
) -> None:
    cases = cases_of(LENT.format(between=between, body=body, after=after)).named("without")
    (case,) = [each for each in cases if each.site.callee.endswith("take")]
    assert {each.status for each in case.obligations} == {status}


def test_a_value_that_is_put_back_may_be_used_again_if_nothing_drops_the_old_one() -> None:
    text = """
    use std::mem::ManuallyDrop;
    use std::ptr;
    pub struct S { kept: ManuallyDrop<String>, plain: String }
    pub fn kept(me: S) -> usize {
        let mut me = ManuallyDrop::new(me);
        let s = unsafe { ManuallyDrop::take(&mut me.kept) };
        me.kept = ManuallyDrop::new(s);
        me.kept.len()
    }
    pub fn plain(me: S) -> usize {
        let mut me = ManuallyDrop::new(me);
        let s = unsafe { ptr::read(&me.plain) };
        me.plain = s; // drops the old one
        me.plain.len()
    }
    """
    cases = cases_of(text)
    assert cases.named("kept")[0].settled
    assert not cases.named("plain")[0].settled
