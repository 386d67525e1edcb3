"""Types that are Sync by their fields alone, while they lend more than those fields' impls ask for.

A lock is Sync if `T: Send`. Its guard, a struct with a reference to the lock, is then Sync for the same `T` unless its
author says otherwise; but a guard lends `&T` through `&guard`, which needs `T: Sync`.
"""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.model.types import TypeRef
from scrutineer.program.entries import TypeEntry
from scrutineer.program.paths import canonical_path
from scrutineer.program.properties import SYNC
from scrutineer.rules.thread.evidence import knows_thread
from scrutineer.rules.thread.exposure import Exposure
from scrutineer.rules.thread.impls import ThreadImpls


def derived_sync(impls: ThreadImpls) -> Iterator[tuple[TypeEntry, Exposure]]:
    """Types that others can name, with the exposure that their derived Sync does not cover."""
    program = impls.program
    for entry in program.types:
        generics = entry.item.generics
        if entry.item.form != "struct" or not generics.types or not program.visibility.is_reachable(entry):
            continue
        if impls.explicit(entry, SYNC) is not None:
            continue
        path = canonical_path(program, entry)
        lent = [e for e in impls.exposures.of(path) if e.how == "shares" and e.shared and e.function >= 0]
        if not lent:
            continue
        args = tuple(TypeRef("param", name) for name in (*generics.types, *generics.consts))
        needs = list(impls.needs.of_type(TypeRef("path", path, args), SYNC))
        if impls.needs.blocked or any(need.by in {"unknown", "cell"} for need in needs):
            continue
        for exposure in lent:
            mine = [need for need in needs if need.param == exposure.param]
            if (
                any(need.by == "value" for need in mine)
                and all(need.trait != SYNC for need in mine)
                and not _asked(impls, entry, exposure.param)
            ):
                if not knows_thread(program, exposure.function):
                    yield entry, exposure
                break


def _asked(impls: ThreadImpls, entry: TypeEntry, param: str) -> bool:
    """Whether the declaration itself requires `param: Sync`."""
    scope = impls.program.resolver.scope_of(entry)
    bounds = impls.program.resolver.bounds(entry.item.generics, scope)
    return impls.implements(TypeRef("param", param), SYNC, bounds) == "yes"
