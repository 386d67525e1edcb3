"""From a listing to crates and files: Linux tree, Cargo packages, or a folder of loose files."""

from __future__ import annotations

import posixpath

import msgspec

from scrutineer.model.finding import Unread
from scrutineer.model.target import CrateKind, CrateUnit, Edition, Mark, Panic, Reader, SourceFile
from scrutineer.source import kernel, layout, workspace
from scrutineer.source.listing import Listing
from scrutineer.source.workspace import Package

_ROOTS = ("src/lib.rs", "src/main.rs", "lib.rs", "main.rs")
_PRELUDE = ("core", "std")


class Settings(msgspec.Struct, frozen=True):
    """What the user says about how the code is built.

    `edition` is for files without a manifest; `panic` overrides manifests (None: as they say).
    """

    edition: Edition = "2021"
    panic: Panic | None = None


class Survey(msgspec.Struct, frozen=True):
    """What a tree of files turned out to be. `packages` are (name, version) of its Cargo packages."""

    kernel: bool
    crates: tuple[CrateUnit, ...]
    files: tuple[SourceFile, ...]
    not_read: tuple[Unread, ...]
    packages: tuple[tuple[str, str], ...] = ()


def survey(listing: Listing, reader: Reader, name: str, settings: Settings) -> Survey:
    """Find the crates of a tree. `name` is what a crate without a manifest is called. Raises OSError."""
    if kernel.is_kernel(listing, reader):
        return _linux(listing, reader, settings)
    found, failed = workspace.read_manifests(listing, reader)
    packages = workspace.packages(found, listing, reader)
    units = [unit for package in packages for unit in layout.crates_of(package, listing)]
    files = _package_files(packages, units, listing, settings)
    units += _loose(listing, packages, name, settings)
    return Survey(
        kernel=False,
        crates=_with_panic(units, settings),
        files=files,
        not_read=(*listing.not_read, *failed),
        packages=tuple((p.manifest.name, _version(units, p)) for p in packages),
    )


def _linux(listing: Listing, reader: Reader, settings: Settings) -> Survey:
    units = kernel.crates(listing, reader)
    owners = {unit.folder: unit for unit in units if posixpath.basename(unit.root) == "lib.rs"}
    edition = units[0].edition
    files = tuple(
        SourceFile(path, entry.size, entry.stamp, _mark(path, owners), edition)
        for path, entry in sorted(listing.files.items())
        if path.endswith(".rs")
    )
    return Survey(True, _with_panic(units, settings), files, listing.not_read)


def _mark(path: str, owners: dict[str, CrateUnit]) -> Mark:
    folder = _nearest(path, owners)
    return "" if folder is None else layout.mark_of(path, folder)


def _package_files(
    packages: list[Package], units: list[CrateUnit], listing: Listing, settings: Settings
) -> tuple[SourceFile, ...]:
    """Every Rust file, with edition and mark of the package it lies in."""
    owners = {package.manifest.folder: package for package in packages}
    outer = {folder: _outer_mark(folder, owners) for folder in owners}
    roots = {unit.root: unit.mark for unit in units}
    editions = {folder: layout.edition_of(package) for folder, package in owners.items()}
    files: list[SourceFile] = []
    for path in listing.rust:
        entry = listing.files[path]
        folder = _nearest(path, owners)
        if folder is None:
            files.append(SourceFile(path, entry.size, entry.stamp, "", settings.edition))
            continue
        mark = outer[folder] or roots.get(path) or layout.mark_of(path, folder)
        files.append(SourceFile(path, entry.size, entry.stamp, mark, editions[folder]))
    return tuple(files)


def _outer_mark(folder: str, owners: dict[str, Package]) -> Mark:
    """The mark of a package that is no workspace member and lies in the tests of another: a fixture."""
    root = owners[folder].root
    if not folder or (root and root.folder != folder):
        return ""
    above = _nearest(folder, {other: owner for other, owner in owners.items() if other != folder})
    return "" if above is None else layout.mark_of(folder + "/Cargo.toml", above)


def _nearest(path: str, folders: dict[str, Package] | dict[str, CrateUnit]) -> str | None:
    """The deepest of the folders that holds the file."""
    place = path
    while place:
        place = posixpath.dirname(place)
        if place in folders:
            return place
    return None


def _loose(listing: Listing, packages: list[Package], name: str, settings: Settings) -> list[CrateUnit]:
    """Crates of files that lie in no package: a conventional root if the folder has one, the rest one by one."""
    owners = {package.manifest.folder: package for package in packages}
    stray = [path for path in listing.rust if _nearest(path, owners) is None]
    base = CrateUnit(name=name, root="", kind="loose", edition=settings.edition, extern_prelude=_PRELUDE)
    units: list[CrateUnit] = []
    for root in (root for root in _ROOTS if root in stray):
        kind: CrateKind = "lib" if root.endswith("lib.rs") else "bin"
        units.append(msgspec.structs.replace(base, root=root, kind=kind, folder=posixpath.dirname(root)))
    owned = tuple(f"{unit.folder}/" if unit.folder else "" for unit in units)
    rest = tuple(path for path in stray if not owned or not path.startswith(owned))
    return [*units, msgspec.structs.replace(base, loose=rest)] if rest else units


def _with_panic(units: list[CrateUnit], settings: Settings) -> tuple[CrateUnit, ...]:
    panic = settings.panic
    if panic is None:
        return tuple(units)
    return tuple(msgspec.structs.replace(unit, panic=panic) for unit in units)


def _version(units: list[CrateUnit], package: Package) -> str:
    return next((unit.version for unit in units if unit.manifest == package.manifest.path), "")
