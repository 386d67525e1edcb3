"""The verdict on one unsafe site: what every function that touches the same container can do to its claim."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import msgspec

from scrutineer.explore.verdict import VerdictKind
from scrutineer.flow.graph import Point
from scrutineer.interference.judgement import BREAKS, share
from scrutineer.interference.protocol.extract import Extractor

if TYPE_CHECKING:
    from scrutineer.interference.interference import Interference
    from scrutineer.interference.removal import Removal

SiteOutcome = Literal["found", "cleared", "not explored"]
_MOST = 12  # functions that one site is explored beside


class Beside(msgspec.Struct, frozen=True):
    """One function explored beside the site: its path, how that ended, after how many states, and what is assumed."""

    function: str
    kind: VerdictKind
    states: int
    assumption: str


class SiteVerdict(msgspec.Struct, frozen=True):
    """Found: an interleaving breaks the claim. Cleared: none does, within the bounds of each exploration in `beside`.

    `reason` says why a site is not explored, or names the function that breaks its claim.
    """

    outcome: SiteOutcome
    reason: str
    beside: tuple[Beside, ...] = ()

    @property
    def states(self) -> int:
        """States explored in all."""
        return sum(each.states for each in self.beside)


def site_verdict(interference: Interference, function: int, point: Point) -> SiteVerdict:
    """Explore a site beside every function of the crate that touches the container it changes."""
    inside = interference.locks.of(function)
    removals = interference.removals.of(inside) if inside is not None else ()
    removal = next((each for each in removals if each.point == point), None)
    if removal is None:
        return SiteVerdict("not explored", "it reaches no element of a guarded container by reference")
    beside = tuple(_explored(interference, removal))
    broken = next((each for each in beside if each.kind in BREAKS), None)
    if broken is not None:
        return SiteVerdict("found", f"beside `{broken.function}`: {broken.kind}", beside)
    cut = next((each for each in beside if each.kind is not VerdictKind.PROVED), None)
    if cut is not None:
        return SiteVerdict("not explored", f"beside `{cut.function}`: {cut.kind}", beside)
    if not beside:
        return SiteVerdict("not explored", "nothing else in the crate touches the container under a lock")
    return SiteVerdict("cleared", "", beside)


def _explored(interference: Interference, removal: Removal) -> Iterator[Beside]:
    extractor = Extractor(interference.locks)
    touching = (
        other
        for other in interference.locks.bodies()
        if other.flow.body.closure < 0
        and any(each.guard.lock.may_equal(removal.guarded.lock) for each in other.acquisitions)
        and extractor.actions(other, removal.key)
    )
    for number, other in enumerate(touching):
        path = interference.path_of(other)
        if number >= _MOST:
            yield Beside(path, VerdictKind.CUT, 0, f"more than {_MOST} functions touch the container")
            return
        shared = share(extractor, removal, (other, removal.locks))
        yield Beside(path, shared.verdict.kind, shared.verdict.states, shared.assumption)
