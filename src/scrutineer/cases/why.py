"""What forces a site to be unsafe."""

from __future__ import annotations

from scrutineer.cases.beside import impl_at
from scrutineer.cases.located import SiteAt
from scrutineer.model.case import WhyUnsafe
from scrutineer.model.site import Site
from scrutineer.program.program import Program
from scrutineer.program.properties import SEND, SYNC

_PUNNING = frozenset(
    {
        "transmute",
        "transmute_copy",
        "transmute_unchecked",
        "read_unaligned",
        "align_to",
        "align_to_mut",
        "zeroed",
    }
)


def why_unsafe(program: Program, site: Site, at: SiteAt | None) -> WhyUnsafe:
    """The class of a site, by its operation and callee."""
    match site.id.kind:
        case "foreign":
            return "foreign call"
        case "asm":
            return "hardware"
        case "union":
            return "type punning"
        case "static":
            return "shared state"
        case "attribute":
            return "linkage"
        case "impl":
            entry = impl_at(program, site)
            trait = program.resolver.impl_scope(entry.index).trait if entry is not None else ""
            return "thread assertion" if trait in {SEND, SYNC} else "trait promise"
        case "deref":
            return _of_pointer(at)
        case _:
            return _of_call(site)


def _of_pointer(at: SiteAt | None) -> WhyUnsafe:
    """A pointer out of a cell is shared state; any other is a structure's own memory."""
    if at is None or at.pointer is None:
        return "container internals"
    values = at.flow.values.of_place(at.pointer).walk()
    cells = any(value.kind == "call" and value.name == ".get" and len(value.args) == 1 for value in values)
    return "shared state" if cells else "container internals"


def _of_call(site: Site) -> WhyUnsafe:
    crate, _, rest = site.callee.partition("::")
    name = site.callee.rpartition("::")[2]
    if site.callee.startswith("core::arch::") or "volatile" in name:
        return "hardware"
    if name in _PUNNING:
        return "type punning"
    if "unchecked" in name:
        return "unchecked"
    library = crate in {"core", "alloc", "std", "pointer", "slice", "str"}
    return "container internals" if library and rest else "contract"
