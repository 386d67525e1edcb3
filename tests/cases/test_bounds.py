"""Indexes that lengths, checks and loops keep inside, and those that only look so."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judged import cases_of

INSIDE = [
    ("v: &[u32]", "for i in 0..v.len() { unsafe { v.get_unchecked(i) }; }"),
    ("v: &[u32]", "for i in (0..v.len()).rev() { unsafe { v.get_unchecked(i) }; }"),
    ("v: &[u32]", "for (i, _) in v.iter().enumerate() { unsafe { v.get_unchecked(i) }; }"),
    ("v: &[u32], i: usize", "unsafe { v.get_unchecked(i % v.len()) };"),
    ("v: &[u32], i: usize", "assert!(i < v.len()); unsafe { v.get_unchecked(i) };"),
    ("v: &[u32], i: usize, n: usize", "if i < n && n <= v.len() { unsafe { v.get_unchecked(i) }; }"),
    ("v: &[u32]", "let n = v.len(); if 0 < n { unsafe { v.get_unchecked(n - 1) }; }"),
    ("v: &[u32; 8], i: usize", "if i < 8 { unsafe { v.get_unchecked(i) }; }"),
    ("v: &[u32; CAP], i: usize", "if i < CAP { unsafe { v.get_unchecked(i) }; }"),
    ("v: &mut [u32]", "let n = v.len(); let p = v.as_mut_ptr(); unsafe { p.add(n) };"),
    ("v: &[u32], i: usize", "let n = i.min(v.len()); unsafe { v.as_ptr().add(n) };"),
]
OUTSIDE = [
    ("v: &[u32]", "for i in 0..=v.len() { unsafe { v.get_unchecked(i) }; }"),
    ("v: &[u32], w: &[u32]", "for i in 0..w.len() { unsafe { v.get_unchecked(i) }; }"),
    ("v: &[u32], w: &[u32]", "for (i, _) in w.iter().enumerate() { unsafe { v.get_unchecked(i) }; }"),
    ("v: &[u32], i: usize", "let n = i.min(v.len()); unsafe { v.get_unchecked(n) };"),
    ("v: &[u32]", "let n = v.len(); unsafe { v.get_unchecked(n - 1) };"),  # an empty one
    ("v: &[u32], i: usize", "let n = v.len(); unsafe { v.get_unchecked(n - i) };"),
    ("v: &[u32], i: usize, n: usize", "if i < n { unsafe { v.get_unchecked(i) }; }"),
    ("v: &[u32; 8], i: usize", "if i <= 8 { unsafe { v.get_unchecked(i) }; }"),
    ("v: &mut Vec<u32>", "let n = v.len(); v.clear(); unsafe { v.as_ptr().add(n) };"),
    ("mut v: &[u32], w: &'static [u32]", "let n = v.len(); v = w; unsafe { v.as_ptr().add(n) };"),
]


def settled(signature: str, body: str) -> bool:
    """Whether the only site is settled."""
    (case,) = cases_of(f"const CAP: usize = 8;\npub fn f({signature}) {{ {body} }}").all
    return case.settled


@pytest.mark.parametrize(("signature", "body"), INSIDE)
def test_an_index_that_stays_inside_needs_no_argument(signature: str, body: str) -> None:
    assert settled(signature, body)


@pytest.mark.parametrize(("signature", "body"), OUTSIDE)
def test_an_index_that_may_lie_outside_stays_open(signature: str, body: str) -> None:
    assert not settled(signature, body)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 20), st.integers(0, 20), st.sampled_from(["<", "<="]))
def test_numbers_are_compared_as_they_are(limit: int, size: int, relation: str) -> None:
    """Whatever `i` passes the check: the largest is `limit - 1` for `<`."""
    largest = limit - 1 if relation == "<" else limit
    body = f"if i {relation} {limit} {{ unsafe {{ v.get_unchecked(i) }}; }}"
    if settled(f"v: &[u32; {size}], i: usize", body):
        assert largest < size
