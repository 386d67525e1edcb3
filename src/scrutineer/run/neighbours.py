"""Crates of one target that see each other: a program its library, a driver the `kernel` crate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from scrutineer.model.target import CrateUnit
from scrutineer.run.ownership import Owned

_LIBRARIES = frozenset({"lib", "proc-macro"})


def neighbours(crates: Sequence[Owned]) -> dict[str, dict[str, str]]:
    """For each crate, by its root: the roots of the crates it depends on, by the name that it gives them."""
    libraries = {crate.unit.package: crate.unit for crate in crates if crate.unit.kind in _LIBRARIES}
    kernel = {crate.unit.name: crate.unit for crate in crates if _is_shared(crate.unit)}
    return {
        crate.unit.root: dict(
            _of_kernel(crate.unit, kernel)
            if crate.unit.kind == "kernel"
            else _of_cargo(crate.unit, libraries)
        )
        for crate in crates
        if crate.unit.root
    }


def reachable(root: str, edges: Mapping[str, Mapping[str, str]]) -> set[str]:
    """Roots of everything that a crate depends on, also indirectly; itself left out."""
    found: set[str] = set()
    pending = [root]
    while pending:
        for other in edges.get(pending.pop(), {}).values():
            if other not in found and other != root:
                found.add(other)
                pending.append(other)
    return found


def _is_shared(unit: CrateUnit) -> bool:
    """Whether a crate of a Linux tree is one that others use: those under `rust/`."""
    return unit.kind in {"kernel", "proc-macro"} and unit.root.startswith("rust/")


def _of_kernel(unit: CrateUnit, shared: Mapping[str, CrateUnit]) -> Iterator[tuple[str, str]]:
    return ((name, shared[name].root) for name in unit.extern_prelude if name in shared and name != unit.name)


def _of_cargo(unit: CrateUnit, libraries: Mapping[str, CrateUnit]) -> Iterator[tuple[str, str]]:
    for name, package, version in unit.dependencies:
        other = libraries.get(package)
        if other is not None and version in {"", other.version} and other.root != unit.root:
            yield name, other.root
    own = libraries.get(unit.package)
    if own is not None and unit.kind not in {*_LIBRARIES, "build"} and own.manifest == unit.manifest:
        yield own.name, own.root
