"""Manifests of a target, seen together: which package belongs to which workspace, and what it takes from it.

The rules are cargo's (reference, chapter Workspaces): members are the root's own package, what `members`
matches, and path dependencies of members that lie below the root; `exclude` takes out.
"""

from __future__ import annotations

import posixpath
import tomllib
from fnmatch import fnmatchcase

import msgspec

from scrutineer.model.finding import Unread
from scrutineer.model.target import Panic, Reader
from scrutineer.source import manifest as manifests
from scrutineer.source.listing import Listing
from scrutineer.source.manifest import Manifest, ManifestError, table, text, texts


class Package(msgspec.Struct, frozen=True):
    """A manifest with a package. `root` is the manifest of its workspace, possibly its own; None: no workspace."""

    manifest: Manifest
    root: Manifest | None
    panic: Panic
    locked: tuple[tuple[str, str], ...]  # (package, exact version) that Cargo.lock gives its dependencies


def read_manifests(listing: Listing, reader: Reader) -> tuple[list[Manifest], list[Unread]]:
    """All manifests of a target, shallow ones first, and those that cannot be read."""
    found: list[Manifest] = []
    failed: list[Unread] = []
    for path in listing.named("Cargo.toml"):
        try:
            found.append(manifests.parse(path, reader.read(path)))
        except (ManifestError, OSError) as error:
            failed.append(Unread(path, str(error)))
    return found, failed


def packages(found: list[Manifest], listing: Listing, reader: Reader) -> list[Package]:
    """Every package, with its workspace and the settings that come from there."""
    roots = _roots(found)
    families: dict[str, list[Manifest]] = {}
    for manifest in found:
        families.setdefault(roots.get(manifest.path, manifest).path, []).append(manifest)
    result: list[Package] = []
    for members in families.values():
        root = roots.get(members[0].path)
        panic = _panic(root or members[0], members, listing)
        path = posixpath.join((root or members[0]).folder, "Cargo.lock")
        lock = _read_lock(path, reader) if path in listing.files else _Lock({}, {})
        result += [Package(m, root, panic, lock.chosen_for(m.name)) for m in members if m.name]
    return sorted(result, key=lambda package: package.manifest.path)


def may_be_published(manifest: Manifest, root: Manifest | None) -> bool:
    """Whether cargo would publish it: not switched off, and a version is given."""
    publish = manifests.inherited(manifest, root, "publish")
    return publish is not False and publish != [] and "version" in manifest.package


def has_library(manifest: Manifest, listing: Listing) -> bool:
    """Whether the package has a library (a procedural macro is one, but no program links it)."""
    library = table(manifest.tables, "lib")
    if library.get("proc-macro") is True or library.get("proc_macro") is True:
        return False
    if library:
        return True
    return manifest.package.get("autolib") is not False and (
        posixpath.join(manifest.folder, "src/lib.rs") in listing.files
    )


def _roots(found: list[Manifest]) -> dict[str, Manifest]:
    """Path of a manifest → manifest of its workspace."""
    result: dict[str, Manifest] = {}
    for root in (manifest for manifest in found if manifest.workspace is not None):
        pending = [manifest for manifest in found if manifest is root or _is_listed(manifest, root)]
        while pending:
            member = pending.pop()
            if member.path in result and result[member.path] is root:
                continue
            result[member.path] = root
            near = {dependency.path for dependency in manifests.dependencies(member, root) if dependency.path}
            pending += [
                m for m in found if m.folder in near and m.workspace is None and not _is_excluded(m, root)
            ]
    return result


def _is_listed(manifest: Manifest, root: Manifest) -> bool:
    if manifest.workspace is not None or not _lies_below(manifest.folder, root.folder):
        return False
    patterns = texts(root.workspace or {}, "members")
    place = posixpath.relpath(manifest.folder or ".", root.folder or ".")
    listed = any(_matches(place, posixpath.normpath(pattern)) for pattern in patterns)
    return listed and not _is_excluded(manifest, root)


def _matches(place: str, pattern: str) -> bool:
    """Cargo's globs: `*` stays within one folder."""
    return place.count("/") == pattern.count("/") and fnmatchcase(place, pattern)


def _is_excluded(manifest: Manifest, root: Manifest) -> bool:
    place = posixpath.relpath(manifest.folder or ".", root.folder or ".")
    excluded = (posixpath.normpath(path) for path in texts(root.workspace or {}, "exclude"))
    return place.startswith("..") or any(_lies_below(place, path) for path in excluded)


def _lies_below(folder: str, above: str) -> bool:
    return not above or folder == above or folder.startswith(above + "/")


def _panic(root: Manifest, members: list[Manifest], listing: Listing) -> Panic:
    """`abort` only where no member can be linked into a program that unwinds."""
    if not root.aborts:
        return "unwind"
    published = (m for m in members if m.name and has_library(m, listing) and may_be_published(m, root))
    return "unwind" if any(published) else "abort"


class _Lock(msgspec.Struct, frozen=True):
    """A lock file: versions that are the only ones of their package, and those chosen for one local package."""

    only: dict[str, str]
    chosen: dict[str, dict[str, str]]

    def chosen_for(self, package: str) -> tuple[tuple[str, str], ...]:
        return tuple(sorted((self.only | self.chosen.get(package, {})).items()))


def _read_lock(path: str, reader: Reader) -> _Lock:
    """Read a lock file; a malformed one knows nothing."""
    try:
        entries = manifests.lists_of_tables(tomllib.loads(reader.read(path).decode()), "package")
    except (OSError, ValueError, RecursionError):
        return _Lock({}, {})
    versions: dict[str, list[str]] = {}
    for entry in entries:
        versions.setdefault(text(entry, "name"), []).append(text(entry, "version"))
    chosen: dict[str, dict[str, str]] = {}
    for entry in (entry for entry in entries if "source" not in entry):
        pairs = (words.split() for words in texts(entry, "dependencies"))
        chosen[text(entry, "name")] = {pair[0]: pair[1] for pair in pairs if len(pair) > 1}
    return _Lock({name: given[0] for name, given in versions.items() if len(given) == 1}, chosen)
