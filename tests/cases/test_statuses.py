"""Where an obligation's status comes from: types, checks, contracts, invariants, comments, nothing."""

from __future__ import annotations

import pytest
from judged import case_of, cases_of, obligation, statuses


def test_a_pointer_made_of_a_reference_meets_what_the_reference_promises() -> None:
    case = case_of("pub fn f(x: &u32) -> u32 { let p: *const u32 = x; unsafe { p.read() } }")
    assert case.settled
    assert {e.kind for o in case.obligations for e in o.evidence} == {"type"}
    assert statuses(case)["no-data-race p"] == "discharged"


@pytest.mark.parametrize(
    "body",
    [
        "pub fn f(p: &std::ptr::NonNull<u32>) -> u32 { unsafe { *p.as_ref() } }",  # a reference to a pointer
        "pub fn f(x: &u8) -> u32 { let p = x as *const u8 as *const u32; unsafe { p.read() } }",  # another type
        "pub fn f(x: &u32) -> u32 { let p: *const u32 = x; unsafe { p.add(2) as usize as u32 } }",  # another place
        "pub fn f(x: &u32) { let p = x as *const u32 as *mut u32; unsafe { p.write(1) } }",  # shared, and written
        "pub fn f(x: &u32) -> &'static u32 { let p: *const u32 = x; unsafe { &*p } }",  # outlives it
        "use std::ptr::NonNull; pub fn f(p: NonNull<u8>) -> NonNull<u8> { unsafe { NonNull::new_unchecked(p.as_ptr().wrapping_sub(9)) } }",  # moved
        "pub fn f(x: &String) -> String { unsafe { std::ptr::read(x) } }",  # two owners
    ],
)
def test_what_only_looks_like_it_is_not_settled(body: str) -> None:
    assert not any(case.settled for case in cases_of(body).all)


CHECKED = """
pub fn f(x: &[u32], i: usize) -> u32 {{
    if i < x.len() {{
        {between}
        return unsafe {{ *x.get_unchecked({index}) }};
    }}
    0
}}
"""


def test_a_dominating_check_discharges_and_a_write_between_does_not() -> None:
    case = case_of(CHECKED.format(between="", index="i"))
    assert obligation(case, "in-bounds").status == "discharged"
    assert obligation(case, "in-bounds").evidence[0].location.start.line == 3
    assert not case_of(CHECKED.format(between="", index="i + 1")).settled
    moved = CHECKED.replace("i: usize", "mut i: usize").format(between="i += 1;", index="i")
    assert not case_of(moved).settled


ASKING = """
/// # Safety
///
/// {section}
pub unsafe fn f(p: *const u32, n: usize) -> u32 {{ {change} unsafe {{ p.read() }} }}
"""
VALID = "`p` must be valid for reads and properly aligned, and point to an initialised value."


def test_what_the_enclosing_contract_asks_of_that_parameter_is_delegated() -> None:
    case = case_of(ASKING.format(section=VALID, change=""))
    found = statuses(case)
    assert found["aligned p"] == found["allocated p"] == "delegated"
    assert obligation(case, "aligned").evidence[0].kind == "contract"


@pytest.mark.parametrize(
    ("section", "change"),
    [
        ("`n` must be valid for reads and aligned.", ""),
        ("The buffer must be at least as long as `p` is aligned.", ""),
        (VALID, "let p = p.wrapping_add(n);"),
        ("`p` must not be used afterwards, not even if it is valid.", ""),
    ],
)
def test_a_contract_that_asks_something_else_delegates_nothing(section: str, change: str) -> None:
    case = next(
        c for c in cases_of(ASKING.format(section=section, change=change)).all if "read" in c.operation
    )
    assert obligation(case, "aligned").status != "delegated"


INVARIANT = """
/// A counter.
///
/// # Invariants
///
/// `{field}` is always a valid pointer to an initialised counter.
pub struct Counter {{ at: *const u32, other: *const u32 }}
impl Counter {{
    pub fn get(&self) -> u32 {{
        // SAFETY: By the type invariants of `Counter`.
        unsafe {{ self.at.read() }}
    }}
}}
"""


def test_a_documented_invariant_counts_for_the_field_it_speaks_of() -> None:
    case = case_of(INVARIANT.format(field="at"))
    assert obligation(case, "allocated").status == "discharged"
    assert [each.verdict for each in case.claims] == ["verified"]
    other = case_of(INVARIANT.format(field="other"))
    assert obligation(other, "allocated").status == "claimed"
    assert [each.verdict for each in other.claims] == ["unverified"]


def test_a_comment_alone_makes_it_claimed_and_nothing_leaves_it_open() -> None:
    text = "pub fn f(p: *const u32) -> u32 {{\n{comment}\nunsafe {{ p.read() }} }}"
    claimed = case_of(text.format(comment="// SAFETY: `p` points into a live allocation."))
    assert obligation(claimed, "allocated").status == "claimed"
    assert obligation(case_of(text.format(comment="")), "allocated").status == "open"
    assert obligation(case_of(text.format(comment="// SAFETY: TODO")), "allocated").status == "open"


def test_a_callee_without_a_contract_is_never_settled() -> None:
    case = case_of("unsafe fn g() {}\npub fn f() { unsafe { g() } }")
    assert not case.settled
    assert "wrote no contract" in case.obligations[0].requirement


def test_a_traits_contract_reaches_its_impls() -> None:
    text = """
    pub trait Raw {
        /// # Safety
        ///
        /// `p` must be non-null.
        unsafe fn go(&self, p: *const u8);
    }
    pub struct A(B);
    pub struct B;
    impl Raw for B { unsafe fn go(&self, _: *const u8) {} }
    impl Raw for A { unsafe fn go(&self, p: *const u8) { unsafe { self.0.go(p) } } }
    """
    case = case_of(text)
    assert obligation(case, "non-null").status == "delegated"
    assert obligation(case, "non-null").requirement == "`p` must be non-null."


def test_arguments_stand_in_the_requirement_as_they_are_written() -> None:
    text = """
    /// # Safety
    ///
    /// `at` must be aligned.
    unsafe fn g(_n: u32, at: *const u8) { let _ = at; }
    pub struct S { head: *const u8 }
    impl S { pub fn f(&self) { unsafe { g(max(1, 2), self.head /* here */) } } }
    fn max(a: u32, _: u32) -> u32 { a }
    """
    found = obligation(case_of(text), "aligned")
    assert found.subject == "self.head"
    assert found.requirement == "`self.head` must be aligned."


def test_cases_are_found_by_site_by_item_and_by_line() -> None:
    cases = cases_of("pub fn f(x: &u32) -> u32 {\n let p: *const u32 = x;\n unsafe { p.read() }\n}")
    (one,) = cases.all
    for word in ("f#call.0", "sample::f#call.0", "f", "src/lib.rs:3", "lib.rs:3"):
        assert cases.named(word) == (one,)
    assert cases.named("src/lib.rs:2") == cases.named("g") == ()


def test_a_generated_declaration_is_that_of_the_headers_and_its_arguments_stay_open() -> None:
    case = case_of("pub fn f(fd: i32) -> i32 { unsafe { libc::close(fd) } }")
    assert obligation(case, "layout").status == "discharged"
    assert obligation(case, "valid").status == obligation(case, "context").status == "open"
    own = case_of(
        'extern "C" { fn close(fd: i32) -> i32; }\npub fn f(fd: i32) -> i32 { unsafe { close(fd) } }'
    )
    assert obligation(own, "layout").status == "open"
