"""Unsafe functions without a contract: what their callers are asked, and what is asked of nobody."""

from __future__ import annotations

import pytest
from judged import cases_of, obligation, statuses

from scrutineer.model.case import SafetyCase

PAIR = """
mod inner {{
    {visibility} unsafe fn get({parameter}) -> u32 {{ {body} }}
    pub fn call({taken}) -> u32 {{ unsafe {{ get({given}) }} }}
}}
"""


def pair(**written: str) -> tuple[SafetyCase, SafetyCase]:
    """The case inside the unsafe function, and that of the call."""
    words = {
        "visibility": "",
        "parameter": "p: *const u32",
        "body": "*p",
        "taken": "x: &u32",
        "given": "x",
        **written,
    }
    cases = cases_of(PAIR.format(**words)).all
    return cases[0], cases[-1]


def test_what_a_body_needs_of_a_parameter_is_asked_of_each_caller() -> None:
    inside, call = pair()
    assert set(statuses(inside).values()) == {"delegated"}
    assert {each.property for each in call.obligations} == {each.property for each in inside.obligations}
    assert call.settled  # a reference is all that


def test_a_caller_that_has_nothing_to_show_stays_open() -> None:
    inside, call = pair(taken="p: *const u32", given="p")
    assert inside.settled
    assert set(statuses(call).values()) == {"open"}


def test_what_lies_in_an_argument_is_asked_of_that_part() -> None:
    text = """
    pub struct Holder { at: *const u32 }
    impl Holder {
        unsafe fn get(&self) -> u32 { *self.at }
        pub fn call(&self, x: &u32) -> u32 { let other = Holder { at: x }; unsafe { other.get() } }
    }
    """
    call = cases_of(text).named("Holder::call")[0]
    assert {each.subject for each in call.obligations} == {"other.at"}
    assert "`other.at` is aligned for the pointee" in {each.requirement for each in call.obligations}


@pytest.mark.parametrize(
    "written",
    [
        {
            "parameter": "p: *const u32",
            "body": "let p = p.wrapping_add(rand()); *p",
        },  # the body's own arithmetic
        {"body": "drop(Box::from_raw(p as *mut u32)); *p"},  # freed before
        {"body": "let x = String::new(); let q = x.as_ptr() as *const u32; let _ = p; *q"},  # not a parameter
    ],
)
def test_what_the_body_makes_itself_is_asked_of_nobody(written: dict[str, str]) -> None:
    (case,) = [
        each
        for each in cases_of(
            PAIR.format(
                visibility="",
                parameter="p: *const u32",
                taken="x: &u32",
                given="x",
                **{k: v for k, v in written.items() if k == "body"},
            )
        ).all
        if each.site.kind_is("deref")
    ]
    assert "delegated" not in statuses(case).values()


def test_a_function_that_others_can_call_asks_them_nothing_that_they_cannot_read() -> None:
    inside, call = pair(visibility="pub")
    assert set(statuses(inside).values()) == {"delegated"}  # the module is private
    text = "pub unsafe fn get(p: *const u32) -> u32 { *p }"
    (alone,) = cases_of(text).all
    assert "delegated" not in statuses(alone).values()
    assert call.settled


def test_another_type_behind_the_pointer_is_not_what_the_caller_shows() -> None:
    _, call = pair(parameter="p: *const u8", body="*(p as *const u32)", taken="x: &u8")
    assert obligation(call, "aligned").status == "open"
    assert "as `u32`" in obligation(call, "aligned").requirement


def test_a_body_that_changes_a_field_asks_for_what_others_rely_on() -> None:
    text = """
    pub struct Buffer { data: Box<[u8]>, used: usize }
    impl Buffer {
        unsafe fn grow(&mut self, by: usize) { self.used += by; }
        pub fn call(&mut self) { unsafe { self.grow(1) } }
    }
    """
    call = cases_of(text).named("Buffer::call")[0]
    assert obligation(call, "invariant").status == "open"
    assert "Buffer.used" in obligation(call, "invariant").requirement


def test_functions_that_call_each_other_have_no_contract() -> None:
    text = """
    unsafe fn odd(p: *const u32, n: u32) -> u32 { if n == 0 { *p } else { even(p, n - 1) } }
    unsafe fn even(p: *const u32, n: u32) -> u32 { odd(p, n) }
    pub fn call(x: &u32) -> u32 { unsafe { odd(x, 1) } }
    """
    cases = cases_of(text)
    assert not cases.named("call")[0].settled
    assert cases.named("call") == cases_of(text).named("call")


def test_a_sentence_to_the_caller_is_a_contract() -> None:
    text = """
    /// Gives what lies behind. It is up to the caller to ensure that `p` is not null.
    unsafe fn get(p: *const u32) -> u32 { 0 }
    pub fn call(p: *const u32) -> u32 { unsafe { get(p) } }
    """
    assert [each.property for each in cases_of(text).named("call")[0].obligations] == ["non-null"]
