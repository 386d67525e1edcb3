"""Cargo.toml, read for what an audit needs. Whatever is malformed counts as absent: cargo judges manifests, not we."""

from __future__ import annotations

import posixpath
import tomllib
from collections.abc import Iterator, Mapping

import msgspec

Table = Mapping[str, object]


class ManifestError(Exception):
    """The manifest is not TOML, or not UTF-8."""


class Dependency(msgspec.Struct, frozen=True, order=True):
    """One dependency: the name that Rust code uses, the package it means, and where it is if not in a registry.

    `section` is `dependencies`, `dev-dependencies` or `build-dependencies`.
    """

    name: str
    package: str
    section: str
    path: str = ""


class Manifest(msgspec.Struct, frozen=True):
    """One Cargo.toml: its folder relative to the target ("" is the target itself), and its tables."""

    path: str
    tables: Table

    @property
    def folder(self) -> str:
        """The folder it stands in, without a final slash."""
        return posixpath.dirname(self.path)

    @property
    def package(self) -> Table:
        """The `[package]` table (`[project]` in old manifests), empty if this is only a workspace."""
        return table(self.tables, "package") or table(self.tables, "project")

    @property
    def name(self) -> str:
        """The package's name, "" if there is no package."""
        return text(self.package, "name")

    @property
    def workspace(self) -> Table | None:
        """The `[workspace]` table, None if there is none."""
        return table(self.tables, "workspace") if isinstance(self.tables.get("workspace"), Mapping) else None

    @property
    def aborts(self) -> bool:
        """Whether the release profile asks for `panic = "abort"`; cargo reads it in a workspace's root only."""
        return text(table(self.tables, "profile", "release"), "panic") == "abort"


def table(tables: Table, *keys: str) -> Table:
    """The table at that path, empty where there is none."""
    for key in keys:
        value = tables.get(key)
        if not isinstance(value, Mapping):
            return {}
        tables = value
    return tables


def text(tables: Table, key: str) -> str:
    """The string of that key, "" where there is none."""
    value = tables.get(key)
    return value if isinstance(value, str) else ""


def texts(tables: Table, key: str) -> tuple[str, ...]:
    """The strings of the list of that key."""
    value = tables.get(key)
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def lists_of_tables(tables: Table, key: str) -> tuple[Table, ...]:
    """The tables of an array such as `[[bin]]`."""
    value = tables.get(key)
    return tuple(item for item in value if isinstance(item, Mapping)) if isinstance(value, list) else ()


def parse(path: str, content: bytes) -> Manifest:
    """Read one manifest. Raises ManifestError."""
    try:
        return Manifest(path, tomllib.loads(content.decode("utf-8-sig")))
    except UnicodeDecodeError:
        raise ManifestError("not UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ManifestError(f"not TOML: {error}") from None
    except RecursionError:
        raise ManifestError("nested too deeply") from None


def inherited(manifest: Manifest, root: Manifest | None, key: str) -> object:
    """A key of `[package]`, from the workspace where the package says `key.workspace = true`."""
    value = manifest.package.get(key)
    if isinstance(value, Mapping) and value.get("workspace") is True:
        return table(root.tables, "workspace", "package").get(key) if root else None
    return value


def lints(manifest: Manifest, root: Manifest | None) -> tuple[tuple[str, str], ...]:
    """(lint, level) of `[lints]`, rustc's by their bare name, others as `clippy::name`; sorted."""
    own = table(manifest.tables, "lints")
    if own.get("workspace") is True:
        own = table(root.tables, "workspace", "lints") if root else {}
    found = [
        (name if tool == "rust" else f"{tool}::{name}", _level(value))
        for tool in own
        for name, value in table(own, tool).items()
    ]
    return tuple(sorted(found))


def _level(value: object) -> str:
    return text(value, "level") if isinstance(value, Mapping) else value if isinstance(value, str) else ""


def dependencies(manifest: Manifest, root: Manifest | None) -> tuple[Dependency, ...]:
    """All dependencies, of every platform, optional ones too; sorted."""
    found: set[Dependency] = set()
    for tables in _dependency_holders(manifest.tables):
        for section in ("dependencies", "dev-dependencies", "build-dependencies"):
            entries = table(tables, section) or table(tables, section.replace("-", "_"))
            found.update(_dependency(manifest, root, section, name, value) for name, value in entries.items())
    return tuple(sorted(found))


def _dependency_holders(tables: Table) -> Iterator[Table]:
    yield tables
    platforms = table(tables, "target")
    for platform in platforms:
        yield table(platforms, platform)


def _dependency(
    manifest: Manifest, root: Manifest | None, section: str, name: str, value: object
) -> Dependency:
    folder = manifest.folder
    details: Table = value if isinstance(value, Mapping) else {}
    if details.get("workspace") is True and root:
        folder = root.folder
        details = table(root.tables, "workspace", "dependencies", name)
    path = text(details, "path")
    return Dependency(
        name=name.replace("-", "_"),
        package=text(details, "package") or name,
        section=section,
        path=posixpath.normpath(posixpath.join(folder, path)) if path else "",
    )


def default_features(manifest: Manifest) -> tuple[str, ...]:
    """Features that `[features] default` turns on, also through one another."""
    declared = table(manifest.tables, "features")
    found: set[str] = set()
    pending = ["default"]
    while pending:
        listed = declared.get(pending.pop())
        named = [each for each in listed if isinstance(each, str)] if isinstance(listed, list) else []
        fresh = {each for each in named if each in declared} - found
        found |= fresh
        pending.extend(fresh)
    return tuple(sorted(found))
