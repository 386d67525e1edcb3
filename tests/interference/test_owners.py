"""What a verdict assumes about objects and threads: whose lock is taken, and who can run beside whom."""

from __future__ import annotations

import pytest
from shapes import BUGS, source
from test_detached import unit_of

from scrutineer.interference.judgement import Judgement


def judged(shape: tuple[str, str], *changes: tuple[str, str]) -> Judgement:
    """The first pair of a crate, some words replaced."""
    text = source(shape)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    found, *_ = unit_of(text).interference.judgements
    return found


def test_a_lock_that_the_element_leads_to_fixes_the_owner() -> None:
    """`self.desk.board` is reached from the ticket that is removed: one owner, and the verdict says why."""
    found = judged(BUGS["take"])
    assert found.apart is None
    assert "the lock that the element itself leads to, `self.desk.board`" in found.assumption


def test_a_lock_that_is_named_apart_from_the_element_is_explored_with_two_owners() -> None:
    """`leave(desk, entry)`: nothing says that the entry is in that desk's chain; under another lock it races as well."""
    found = judged(BUGS["raw chain"])
    assert found.apart is not None
    assert "`desk.board` is the lock of the object whose container holds `entry`" in found.assumption
    assert "with another object's lock an interleaving breaks the claim" in found.assumption


@pytest.mark.parametrize(
    ("changes", "outcome", "reason"),
    [
        ((("pub fn close(&self)", "pub fn close(self: Arc<Self>)"),), "unsupported", "takes `self` by value"),
        ((("pub fn close(&self)", 'pub extern "C" fn close(&self)'),), "shown", "foreign code calls it"),
        (
            (
                (
                    "impl Desk {\n    pub fn close(&self)",
                    "impl WorkItem for Desk {\n    fn close(self: Arc<Self>)",
                ),
            ),
            "shown",
            "is run by a queue (`WorkItem`)",
        ),
    ],
)
def test_what_supports_that_two_run_at_once(
    changes: tuple[tuple[str, str], ...], outcome: str, reason: str
) -> None:
    """A queue and foreign code run a function beside others; the last owner of a count need not have any."""
    found = judged(BUGS["take"], *changes)
    assert found.outcome == outcome
    assert reason in found.assumption
