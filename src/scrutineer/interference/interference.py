"""Interference in one crate: `Interference(locks).judgements`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from scrutineer.flow.graph import Point
from scrutineer.interference.at_site import SiteVerdict, site_verdict
from scrutineer.interference.detach import Detach, Detaches
from scrutineer.interference.judgement import Judgement, Shared, judge, share
from scrutineer.interference.pair import Pair
from scrutineer.interference.protocol.extract import Extractor
from scrutineer.interference.refetch import DoubleFetch
from scrutineer.interference.removal import Removal, Removals
from scrutineer.interference.rivals import DoubleFetches, Write
from scrutineer.locks.locks import FunctionLocks, Locks
from scrutineer.program.paths import canonical_path


class Interference:
    """The pairs of one program, found when asked for."""

    def __init__(self, locks: Locks) -> None:
        """Nothing is looked at yet."""
        self.locks = locks
        self.program = locks.program
        self.detaches = Detaches(locks)
        self.removals = Removals(locks)

    @cached_property
    def judgements(self) -> tuple[Judgement, ...]:
        """The pairs with their verdicts, those that exploring cleared included."""
        extractor = Extractor(self.locks)
        return tuple(judge(extractor, pair) for pair in self.pairs())

    @cached_property
    def double_fetches(self) -> tuple[tuple[DoubleFetch, Write | None], ...]:
        """Values that are checked and fetched again, each with the write of the crate that can come between."""
        return tuple(DoubleFetches(self.locks).all())

    def pairs(self) -> Iterator[Pair]:
        """Pairs that share a container and may share its lock, by place of the detaching operation."""
        bodies = list(self.locks.bodies())
        detached = [found for inside in bodies for found in self.detaches.of(inside)]
        keys = {found.key for found in detached}
        if not keys:
            return
        removals = [found for inside in bodies for found in self.removals.of(inside) if found.key in keys]
        for detach in detached:
            for removal in removals:
                if _is_one_state(detach, removal):
                    yield Pair(detach, removal)

    def of_site(self, function: int, block: int, operation: int) -> SiteVerdict:
        """The verdict on one unsafe site, as `model.site.Site` places it; explored when asked."""
        return site_verdict(self, function, Point(block, operation))

    def path_of(self, inside: FunctionLocks) -> str:
        """Path of the function that a body belongs to."""
        return canonical_path(self.program, inside.flow.entry)

    def of_functions(self, first: int, second: int) -> Iterator[Shared]:
        """Models of two functions, one for each container that both touch and one removes from by reference."""
        bodies = [self.locks.of(function) for function in (first, second)]
        one, other = bodies
        if one is None or other is None:
            return
        extractor = Extractor(self.locks)
        seen: set[str] = set()
        for inside, beside in ((other, one), (one, other)):
            for removal in self.removals.of(inside):
                if removal.key not in seen and extractor.actions(beside, removal.key):
                    seen.add(removal.key)
                    yield share(extractor, removal, (one, other))


def _is_one_state(detach: Detach, removal: Removal) -> bool:
    """Whether the two may be about one container under one lock."""
    if removal.key != detach.key or not removal.guarded.lock.may_equal(detach.guarded.lock):
        return False
    known = detach.type.kind == removal.type.kind == "path"
    return not known or detach.type.name == removal.type.name
