"""What a pointer was made of, and what that proves: own functions on the way, casts, cells, allocator blocks."""

from __future__ import annotations

import pytest
from judged import case_of, cases_of, obligation, statuses

CELL = """
use std::cell::UnsafeCell;
use std::marker::PhantomPinned;
use std::mem::MaybeUninit;
pub struct Holder {{ value: UnsafeCell<u32>, raw: UnsafeCell<MaybeUninit<u32>>, {more} }}
impl Holder {{
    fn at(&self) -> *mut u32 {{ self.value.get() }}
    pub fn call{body}
}}
"""


def left(body: str, more: str = "") -> set[str]:
    """Properties of the only site that nothing meets."""
    case = case_of(CELL.format(body=body, more=more))
    return {each.property for each in case.obligations if each.status == "open"}


def test_an_own_function_that_only_makes_the_pointer_is_seen_through() -> None:
    assert left("(&self) -> u32 { unsafe { *self.at() } }") == {"no-data-race"}


def test_a_cell_behind_a_unique_reference_is_nobody_elses() -> None:
    assert left("(&mut self) -> &mut u32 { unsafe { &mut *self.value.get() } }") == set()


@pytest.mark.parametrize(
    ("body", "more"),
    [
        ("(&self) -> &mut u32 { unsafe { &mut *self.value.get() } }", ""),  # shared
        (
            "(&mut self) -> &mut u32 { unsafe { &mut *self.value.get() } }",
            "pin: PhantomPinned",
        ),  # known by address
        (
            "(&mut self) -> u32 { let r = unsafe { &mut *self.value.get() }; *self.value.get_mut() = 1; *r }",
            "",
        ),
        (
            "(&mut self) -> u32 { let r = unsafe { &mut *self.rc.get() }; *r }",
            "rc: std::rc::Rc<UnsafeCell<u32>>",
        ),
        ("(other: &mut &Holder) -> u32 { let r = unsafe { &mut *other.value.get() }; *r }", ""),
    ],
)
def test_a_cell_that_others_reach_stays_open(body: str, more: str) -> None:
    assert "no-alias" in left(body, more)


def test_a_wrapper_of_the_same_layout_is_not_another_type_but_may_be_empty() -> None:
    assert left("(&mut self) -> u32 { unsafe { *self.raw.get().cast::<u32>() } }") == {
        "initialised",
        "no-data-race",
    }
    assert "aligned" in left("(&mut self) -> u64 { unsafe { *self.value.get().cast::<u64>() } }")


def test_a_reference_is_no_block_of_an_allocator() -> None:
    case = case_of("pub fn f(x: &mut u32) { drop(unsafe { Box::from_raw(x) }) }")
    assert obligation(case, "allocated").status == "open"
    assert obligation(case, "no-alias").status == "open"
    assert obligation(case, "initialised").status == "discharged"


CHECKED = """
pub struct Shared {{ count: u32 }}
impl Shared {{ fn is_unique(&self) -> bool {{ self.count == 1 }} }}
unsafe fn get(p: *mut Shared) -> u32 {{
    let found = {test};
    if found {{ let r = &mut *p; r.count += 1; }}
    0
}}
"""


@pytest.mark.parametrize(("test", "status"), [("(*p).is_unique()", "open"), ("!p.is_null()", "delegated")])
def test_what_a_look_behind_the_pointer_decides_is_not_the_callers_to_show(test: str, status: str) -> None:
    found = cases_of(CHECKED.format(test=test)).all
    (unique,) = [
        each for each in found if "&mut" in each.operation or each.obligations[0].source == "deref unique"
    ]
    assert statuses(unique)["no-alias p"] == status


def test_an_internal_function_asks_its_callers_more_than_its_contract_says() -> None:
    text = """
    /// # Safety
    ///
    /// `p` must not be null.
    {visibility} unsafe fn get(p: *const u32) -> u32 {{ *p }}
    """
    inside = case_of(text.format(visibility=""))
    assert inside.settled
    assert "no contract says so" in obligation(inside, "aligned").evidence[0].text
    assert obligation(case_of(text.format(visibility="pub")), "aligned").status == "open"


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ("p.as_ptr().add(1)", "discharged"),  # inside the memory that it must stay in
        ("p.as_ptr().wrapping_add(1)", "open"),
        ("std::ptr::addr_of_mut!((*p.as_ptr()).second)", "discharged"),
        ("std::sync::Arc::as_ptr(&a).cast_mut()", "discharged"),
        ("q", "open"),
    ],
)
def test_no_part_of_what_exists_is_at_null(given: str, status: str) -> None:
    text = f"""
    use std::ptr::NonNull;
    pub struct Two {{ first: u32, second: u32 }}
    pub fn f(p: NonNull<Two>, q: *mut Two, a: std::sync::Arc<Two>) {{
        let _ = unsafe {{ NonNull::new_unchecked({given}) }};
    }}
    """
    (case,) = [each for each in cases_of(text).all if each.site.callee.endswith("new_unchecked")]
    assert obligation(case, "non-null").status == status


def test_an_array_of_uninitialised_memory_needs_no_value() -> None:
    text = """
    use std::mem::MaybeUninit;
    pub struct Buffer { memory: [MaybeUninit<u8>; 8] }
    pub fn f() -> Buffer { Buffer { memory: unsafe { MaybeUninit::uninit().assume_init() } } }
    """
    assert case_of(text).settled


def test_a_vector_may_always_forget_its_elements() -> None:
    text = "pub fn f(v: &mut Vec<u8>, n: usize) {{ unsafe {{ v.set_len({}) }} }}"
    assert case_of(text.format("0")).settled
    assert not case_of(text.format("n")).settled
