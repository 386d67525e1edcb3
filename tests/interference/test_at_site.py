"""The verdict on one site: found, cleared within bounds, or not explored and why."""

from __future__ import annotations

import pytest
from shapes import BUGS, CUT, RIGHT, source
from test_detached import unit_of

from scrutineer.interference.at_site import SiteVerdict
from scrutineer.program.sites import sites


def verdict(text: str, item: str, callee: str) -> SiteVerdict:
    """What interference says of the call of `callee` in `item`."""
    unit = unit_of(text)
    (site,) = (each for each in sites(unit.program) if each.id.item == item and each.callee.endswith(callee))
    return unit.interference.of_site(site.function, site.block, site.operation)


def test_a_claim_that_an_interleaving_breaks_is_found() -> None:
    """The function beside it is named."""
    found = verdict(source(BUGS["take"]), "desk::Ticket::give_up", "cut")
    assert found.outcome == "found"
    assert "desk::Desk::close" in found.reason


@pytest.mark.parametrize("shape", ["one at a time under the lock", "re-locked around each step"])
def test_a_claim_that_nothing_breaks_is_cleared_with_its_bounds(shape: str) -> None:
    """Explored beside the function that empties the chain and beside itself; each with its states and assumption."""
    found = verdict(source(RIGHT[shape]), "desk::Ticket::give_up", "cut")
    assert found.outcome == "cleared"
    assert {each.function for each in found.beside} == {"desk::Desk::close", "desk::Ticket::give_up"}
    assert all(each.states > 0 and each.assumption for each in found.beside)
    assert found.states == sum(each.states for each in found.beside)


def test_a_site_that_interference_knows_nothing_of_says_so() -> None:
    """Never the same as cleared."""
    found = verdict(source((CUT, "")), "desk::Chain::pull", "from_raw")
    assert (found.outcome, found.beside) == ("not explored", ())
    assert found.reason
