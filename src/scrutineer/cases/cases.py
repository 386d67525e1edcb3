"""Safety cases of one crate: `Cases(flows, text)`, asked through `unit.cases`.

cases = unit.cases
cases.all                             # every site's case, in source order, without trusted bases
cases.named("Node::release#call.0")   # those that a SITE of the command line means
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from scrutineer.cases.build import Builder
from scrutineer.flow.function import Flows
from scrutineer.model.case import SafetyCase
from scrutineer.model.site import Site
from scrutineer.program.sites import sites


class Cases:
    """Safety cases of one program, built when first asked for."""

    def __init__(self, flows: Flows, text: Callable[[str], bytes]) -> None:
        """Nothing is read yet."""
        self.flows = flows
        self._builder = Builder(flows, text)

    @cached_property
    def sites(self) -> tuple[Site, ...]:
        """Every unsafe site, in source order."""
        return tuple(sites(self.flows.program))

    @cached_property
    def all(self) -> tuple[SafetyCase, ...]:
        """Every site's case, in source order."""
        return tuple(self._builder.case(site) for site in self.sites)

    def named(self, word: str) -> tuple[SafetyCase, ...]:
        """Cases that a SITE means: `item#kind.ordinal` (the item's last segments suffice), an item, or `path:line`."""
        found = [site for site in self.sites if _means(site, word)]
        return tuple(self._builder.case(site) for site in found)


def _means(site: Site, word: str) -> bool:
    name = str(site.id)
    if word in (name, site.id.item) or name.endswith(f"::{word}") or site.id.item.endswith(f"::{word}"):
        return True
    path, _, line = word.rpartition(":")
    if not line.isdigit() or not path:
        return False
    inside = site.location.start.line <= int(line) <= site.location.end.line
    return inside and (site.path == path or site.path.endswith(f"/{path}"))
