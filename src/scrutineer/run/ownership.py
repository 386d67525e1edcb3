"""Which crate each file is of, by following `mod` from the crates' roots.

A file may be of several crates (`tests/common/mod.rs`). One that nothing reaches is dead, or is reached in a way
that source does not show; it is audited as a module of its own, and the report says so.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

import msgspec

from scrutineer.model.items import ModuleItem
from scrutineer.model.target import CrateUnit, Target
from scrutineer.program.tree import module_files
from scrutineer.run.job import Contents, Job

Modules = Mapping[str, tuple[ModuleItem, ...]]
"""Modules that each file declares, by the file's path."""


class Owned(msgspec.Struct, frozen=True):
    """A crate and the files it is made of."""

    unit: CrateUnit
    files: tuple[str, ...]


def ownership(target: Target, modules: Modules) -> tuple[list[Owned], tuple[str, ...]]:
    """Crates with their files, and the files that no crate reaches; for these, units of loose files are added."""
    owned = [Owned(unit, tuple(_reached(unit, modules))) for unit in target.crates]
    reached = {path for one in owned for path in one.files}
    unreached = tuple(path for path in modules if path not in reached)
    return owned + _loose_units(target, unreached), unreached


def without_left_out(job: Job, contents: Contents) -> Contents:
    """Contents without the files that only a module leads to which the build leaves out."""
    build = job.build
    if not build:
        return contents
    modules = contents.modules
    compiled = {
        path: tuple(item for item in declared if build.holds(item.cfg) is not False)
        for path, declared in modules.items()
    }
    _, never_reached = ownership(job.target, modules)
    _, unreached = ownership(job.target, compiled)
    left_out = set(unreached).difference(never_reached)
    read = {path: one for path, one in contents.read.items() if path not in left_out}
    return Contents(read, contents.not_read)


def _reached(unit: CrateUnit, modules: Modules) -> Iterator[str]:
    """The crate's files, its root first."""
    if unit.kind == "loose":
        yield from (path for path in unit.loose if path in modules)
        return
    seen = {unit.root}
    pending = [(unit.root, posixpath.dirname(unit.root))]
    while pending:
        path, folder = pending.pop()
        if path not in modules:
            continue
        yield path
        for child, nested in _children(path, folder, modules[path]):
            if child not in seen and child in modules:
                seen.add(child)
                pending.append((child, nested))


def _children(path: str, folder: str, declared: tuple[ModuleItem, ...]) -> Iterator[tuple[str, str]]:
    """Files that the modules of a file may mean, each with the folder of its own nested modules."""
    folders = {"": folder}
    for item in declared:
        base = folders.get(item.scope, folder)
        if item.inline:
            scope = f"{item.scope}::{item.name}" if item.scope else item.name
            folders[scope] = posixpath.join(base, item.path or item.name)
            continue
        for child, nested, _ in module_files(item, base, posixpath.dirname(path)):
            yield child, nested


def _loose_units(target: Target, unreached: tuple[str, ...]) -> list[Owned]:
    """One unit of loose files per package or crate folder, with the settings of that package."""
    owners = sorted(
        {unit.folder: unit for unit in reversed(target.crates)}.items(), key=lambda pair: -len(pair[0])
    )
    groups: dict[str, list[str]] = {}
    for path in unreached:
        folder = next((folder for folder, _ in owners if not folder or path.startswith(folder + "/")), "")
        groups.setdefault(folder, []).append(path)
    units = dict(owners)
    return [
        Owned(_loose_unit(units.get(folder), tuple(paths)), tuple(paths)) for folder, paths in groups.items()
    ]


def _loose_unit(near: CrateUnit | None, paths: tuple[str, ...]) -> CrateUnit:
    if near is None:
        return CrateUnit(name="", root="", kind="loose", loose=paths)
    return msgspec.structs.replace(near, root="", kind="loose", loose=paths, mark="")
