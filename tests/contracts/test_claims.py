"""What a SAFETY comment leans on, in the forms that developers write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrutineer.contracts.claims import read_claims


@pytest.mark.parametrize(
    ("comment", "kinds"),
    [
        ("SAFETY: The caller guarantees that `at` is valid.", ["delegates"]),
        ("SAFETY: By the safety requirements of this function.", ["delegates"]),
        ("SAFETY: `self.head` is valid by the type invariants.", ["invariant"]),
        ("SAFETY: We hold the lock of the queue.", ["lock-held"]),
        ("SAFETY: `i < len` was checked above.", ["checked"]),
        ("SAFETY: Nobody else has a pointer to it.", ["exclusive"]),
        ("SAFETY: We just allocated this block.", ["owned"]),
        ("SAFETY: The C code guarantees that it is not null.", ["foreign"]),
        ("SAFETY: `Slot` is `repr(transparent)`.", ["type"]),
        ("SAFETY: TODO", ["placeholder"]),
        ("SAFETY:", ["placeholder"]),
        ("Safety: The moon is full.", ["other"]),
    ],
)
def test_kinds(comment: str, kinds: list[str]) -> None:
    assert [claim.kind for claim in read_claims(comment)] == kinds


def test_bullets_are_claims_of_their_own_with_their_place() -> None:
    text = "SAFETY:\n- The caller guarantees that `at` is valid.\n- We hold `Queue::lock`, the lock."
    first, second = read_claims(text)
    assert (first.kind, second.kind) == ("delegates", "lock-held")
    assert text[second.start : second.end] == "We hold `Queue::lock`, the lock."
    assert second.names == ("Queue::lock",)


def test_clauses_of_one_sentence_may_lean_on_different_things() -> None:
    claims = read_claims("SAFETY: By the type invariant it is valid, and we checked that it is in range.")
    assert [claim.kind for claim in claims] == ["invariant", "checked"]


def test_a_conclusion_adds_no_claim() -> None:
    assert len(read_claims("SAFETY: The caller owns it. So this is safe.")) == 1


def test_another_tag_says_nothing_about_safety() -> None:
    (claim,) = read_claims("SAFETY: The caller owns it.\nINVARIANT: nobody else has it.")
    assert claim.kind == "delegates"


def test_what_a_claim_speaks_of_is_known() -> None:
    (claim,) = read_claims("SAFETY: The caller guarantees that it is aligned and not null.")
    assert set(claim.properties) == {"aligned", "non-null"}


@given(st.text(max_size=300))
def test_every_claim_stands_where_it_says(text: str) -> None:
    claims = read_claims(text)
    assert claims
    for claim in claims:
        assert text[claim.start : claim.end] == claim.words
