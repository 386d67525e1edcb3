"""The crates of a package: the targets that its manifest names and those that cargo finds by their place.

Cargo reference, chapter Cargo Targets. In edition 2015 one named target of a kind switches discovery of that
kind off.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

import msgspec

from scrutineer.model.target import CrateKind, CrateUnit, Edition, Mark
from scrutineer.source import manifest as manifests
from scrutineer.source.listing import Listing
from scrutineer.source.manifest import text
from scrutineer.source.workspace import Package, has_library, may_be_published

_EDITIONS: dict[str, Edition] = {"2015": "2015", "2018": "2018", "2021": "2021", "2024": "2024"}
_MARKED: dict[str, Mark] = {"tests": "tests", "benches": "benches", "examples": "examples"}
_MARK_OF: dict[CrateKind, Mark] = {"test": "tests", "bench": "benches", "example": "examples"}


class _Kind(msgspec.Struct, frozen=True):
    """How cargo finds targets of one kind."""

    kind: CrateKind
    key: str  # of the array of tables: [[bin]]
    automatic: str  # key that switches discovery off
    folder: str


_KINDS = (
    _Kind("bin", "bin", "autobins", "src/bin"),
    _Kind("example", "example", "autoexamples", "examples"),
    _Kind("test", "test", "autotests", "tests"),
    _Kind("bench", "bench", "autobenches", "benches"),
)


def mark_of(path: str, folder: str) -> Mark:
    """The mark that a file's place in its package gives it."""
    inside = path[len(folder) + 1 :] if folder else path
    return _MARKED.get(inside.partition("/")[0], "") if "/" in inside else ""


def edition_of(package: Package) -> Edition:
    """The edition of a package; 2015 where its manifest is silent."""
    value = manifests.inherited(package.manifest, package.root, "edition")
    return _EDITIONS.get(value, "2015" if value is None else "2021") if isinstance(value, str) else "2015"


def crates_of(package: Package, listing: Listing) -> list[CrateUnit]:
    """All crates of a package whose root file is there: library, programs, examples, tests, benches, build script."""
    base = _base(package, listing)
    library = _library(package, listing)
    found: list[tuple[CrateKind, str, str]] = [library] if library else []
    for kind in _KINDS:
        found += ((kind.kind, name, root) for name, root in _targets(package, kind, listing))
    script = _script(package, listing)
    if script:
        found.append(("build", "build_script_build", script))
    own = library[1] if library else ""
    return [
        msgspec.structs.replace(
            base,
            name=name,
            root=root,
            kind=kind,
            extern_prelude=_prelude(package, kind, own),
            mark=_MARK_OF.get(kind) or mark_of(root, base.folder),
        )
        for kind, name, root in found
    ]


def _base(package: Package, listing: Listing) -> CrateUnit:
    manifest, root = package.manifest, package.root
    versions = dict(package.locked)
    version = manifests.inherited(manifest, root, "version")
    minimum = manifests.inherited(manifest, root, "rust-version")
    entries = manifests.dependencies(manifest, root)
    return CrateUnit(
        name="",
        root="",
        kind="lib",
        folder=manifest.folder,
        edition=edition_of(package),
        panic=package.panic,
        rust_version=minimum if isinstance(minimum, str) else "",
        package=manifest.name,
        version=version if isinstance(version, str) else "",
        manifest=manifest.path,
        dependencies=tuple(dict.fromkeys((d.name, d.package, versions.get(d.package, "")) for d in entries)),
        lints=manifests.lints(manifest, root),
        features=tuple(sorted(manifests.table(manifest.tables, "features"))),
        default_features=manifests.default_features(manifest),
        library_published=has_library(manifest, listing) and may_be_published(manifest, root),
    )


def _library(package: Package, listing: Listing) -> tuple[CrateKind, str, str] | None:
    manifest = package.manifest
    given = manifests.table(manifest.tables, "lib")
    if not given and manifest.package.get("autolib") is False:
        return None
    root = _join(manifest.folder, text(given, "path") or "src/lib.rs")
    if root not in listing.files:
        return None
    macros = given.get("proc-macro") is True or given.get("proc_macro") is True
    return "proc-macro" if macros else "lib", _rust_name(text(given, "name") or manifest.name), root


def _script(package: Package, listing: Listing) -> str:
    build = package.manifest.package.get("build")
    if build is False:
        return ""
    root = _join(package.manifest.folder, build if isinstance(build, str) else "build.rs")
    return root if root in listing.files else ""


def _targets(package: Package, kind: _Kind, listing: Listing) -> Iterator[tuple[str, str]]:
    """(crate name, root) of the targets of one kind, each root once."""
    manifest = package.manifest
    discovered = dict(_discovered(manifest.folder, kind, listing))
    if kind.kind == "bin" and _join(manifest.folder, "src/main.rs") in listing.files:
        discovered[manifest.name] = _join(manifest.folder, "src/main.rs")
    named = manifests.lists_of_tables(manifest.tables, kind.key)
    roots: dict[str, str] = {}
    for given in named:
        name = text(given, "name")
        root = (
            _join(manifest.folder, text(given, "path")) if text(given, "path") else discovered.get(name, "")
        )
        if root in listing.files:
            roots[root] = name
    automatic = manifest.package.get(kind.automatic)
    if automatic is None:
        automatic = edition_of(package) != "2015" or not named
    if automatic:
        for name, root in discovered.items():
            roots.setdefault(root, name)
    return ((_rust_name(name), root) for root, name in roots.items())


def _discovered(folder: str, kind: _Kind, listing: Listing) -> Iterator[tuple[str, str]]:
    """`examples/name.rs` and `examples/name/main.rs`."""
    start = _join(folder, kind.folder) + "/"
    for path in listing.rust:
        if path.startswith(start):
            parts = path[len(start) :].split("/")
            if len(parts) == 1:
                yield parts[0].removesuffix(".rs"), path
            elif parts[1:] == ["main.rs"]:
                yield parts[0], path


def _prelude(package: Package, kind: CrateKind, library: str) -> tuple[str, ...]:
    """Names that paths of the crate may start with."""
    sections = {"dependencies"}
    if kind == "build":
        sections = {"build-dependencies"}
    elif kind in _MARK_OF:
        sections.add("dev-dependencies")
    names = {d.name for d in manifests.dependencies(package.manifest, package.root) if d.section in sections}
    if library and kind not in {"lib", "proc-macro", "build"}:
        names.add(library)
    if kind in {"lib", "proc-macro"}:
        names |= {
            d.name
            for d in manifests.dependencies(package.manifest, package.root)
            if d.section == "dev-dependencies"
        }
    if kind == "proc-macro":
        names.add("proc_macro")
    return ("core", "std", *sorted(names))


def _join(folder: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(folder, path))


def _rust_name(name: str) -> str:
    return name.replace("-", "_")
