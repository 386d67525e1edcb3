"""Safety cases of one crate: `Cases(flows, text)`, asked through `unit.cases`.

cases = unit.cases
cases.all                             # every site's case, in source order, without trusted bases
cases.named("Node::release#call.0")   # those that a SITE of the command line means
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import msgspec

from scrutineer.cases.base import Bases
from scrutineer.cases.build import Builder
from scrutineer.cases.reads import FieldRead
from scrutineer.flow.function import Flows
from scrutineer.model.case import SafetyCase, TrustedBase
from scrutineer.model.site import Site
from scrutineer.program.sites import sites


class NamedBase(msgspec.Struct, frozen=True):
    """The trusted base of a site or of a field."""

    item: str
    base: TrustedBase


class Cases:
    """Safety cases of one program, built when first asked for."""

    def __init__(self, flows: Flows, text: Callable[[str], bytes]) -> None:
        """Nothing is read yet."""
        self.flows = flows
        self.text = text
        self._builder = Builder(flows, text, lambda: self.sites)

    @cached_property
    def sites(self) -> tuple[Site, ...]:
        """Every unsafe site, in source order."""
        return tuple(sites(self.flows.program))

    @cached_property
    def all(self) -> tuple[SafetyCase, ...]:
        """Every site's case, in source order."""
        return tuple(self._builder.case(site) for site in self.sites)

    @cached_property
    def bases(self) -> Bases:
        """Trusted bases."""
        return Bases(self.flows, self.text)

    def whole(self, case: SafetyCase) -> SafetyCase:
        """A case with its trusted base."""
        return msgspec.structs.replace(case, base=self.bases.of_case(case))

    def named(self, word: str) -> tuple[SafetyCase, ...]:
        """Cases that a SITE means: `item#kind.ordinal` (the item's last segments suffice), an item, or `path:line`."""
        found = [site for site in self.sites if _means(site, word)]
        return tuple(self._builder.case(site) for site in found)

    def boundary(self, word: str) -> tuple[NamedBase, ...]:
        """Trusted bases of the sites, or of the type or field (`Node.death_list`), that an ITEM means."""
        found = [
            NamedBase(str(site.id), self.bases.of_site(site)) for site in self.sites if _means(site, word)
        ]
        fields = [] if found else self._fields(word)
        return tuple(found) or tuple(
            NamedBase(f"{field.owner}.{field.field}", self.bases.of_fields([field])) for field in fields
        )

    def _fields(self, word: str) -> list[FieldRead]:
        owner, _, name = word.rpartition(".")
        wanted = owner or word
        return [
            FieldRead(path, field.name)
            for path, entries in self.flows.program.type_paths.items()
            if path == wanted or path.endswith(f"::{wanted}")
            for field in entries[0].item.fields
            if not owner or field.name == name
        ]


def _means(site: Site, word: str) -> bool:
    name = str(site.id)
    if word in (name, site.id.item) or name.endswith(f"::{word}") or site.id.item.endswith(f"::{word}"):
        return True
    path, _, line = word.rpartition(":")
    if not line.isdigit() or not path:
        return False
    inside = site.location.start.line <= int(line) <= site.location.end.line
    return inside and (site.path == path or site.path.endswith(f"/{path}"))
