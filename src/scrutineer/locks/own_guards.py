"""Guards that a crate makes itself: values whose destructor unlocks something."""

from __future__ import annotations

from scrutineer.program.program import Program

_REENTRANT = ("reentrant", "recursive")


def own_guards(program: Program) -> frozenset[str]:
    """Paths of the crate's types whose `Drop` calls something that is named after unlocking."""
    found: set[str] = set()
    for entry in program.functions:
        if entry.item.name != "drop" or entry.item.impl_ < 0:
            continue
        facts = program.files[entry.file]
        impl = facts.impls[entry.item.impl_]
        if impl.trait is None or impl.trait.last != "Drop" or entry.number >= len(facts.skeletons):
            continue
        if not any(
            unlocks(call.lstrip(".").rpartition("::")[2]) for call in facts.skeletons[entry.number].calls
        ):
            continue
        path = program.resolver.resolve(impl.type, program.resolver.scope_of(entry)).name
        if path and not any(word in path.lower() for word in _REENTRANT):
            found.add(path)
    return frozenset(found)


def unlocks(name: str) -> bool:
    """Whether a function's name says that it gives a lock back."""
    return name.startswith("unlock") or "_unlock" in name
