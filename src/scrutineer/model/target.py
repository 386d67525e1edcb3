"""What is audited: the crates of a target, the files they are made of, and how a worker reads their bytes.

Paths are relative to the target, with forward slashes; crates and files are in a stable order.
"""

from __future__ import annotations

from typing import Literal, Protocol

import msgspec

from scrutineer.model.finding import TargetIdentity, Unread

CrateKind = Literal[
    "lib",
    "bin",
    "proc-macro",
    "example",
    "test",
    "bench",
    "build",  # a build script
    "kernel",  # a crate of a Linux tree: `kernel`, `bindings`, a driver
    "loose",  # files that no manifest and no Makefile names a root for: each is read as a module of its own
]
Panic = Literal["unwind", "abort"]
Edition = Literal["2015", "2018", "2021", "2024"]
Mark = Literal["", "tests", "benches", "examples"]


class CrateUnit(msgspec.Struct, frozen=True, kw_only=True):
    """One crate as rustc would be called for it; one unit of the second phase.

    `root` is the file that rustc is given. The crate's other files lie below `folder` (its package, or its
    folder of a Linux tree) and are found by following `mod`; `#[path]` may leave that folder. A `loose` unit
    has no root: `loose` lists its files.
    """

    name: str  # as Rust code writes it: `futures_util`
    root: str
    kind: CrateKind
    folder: str = ""
    edition: Edition = "2021"
    panic: Panic = "unwind"
    rust_version: str = ""  # minimum supported Rust version, "" if undeclared
    package: str = ""  # as cargo writes it: `futures-util`; "" without a manifest
    version: str = ""
    manifest: str = ""
    extern_prelude: tuple[
        str, ...
    ] = ()  # names that a path may start with: `core`, dependencies, own library
    dependencies: tuple[tuple[str, str, str], ...] = ()  # (name in Rust, package, exact version or "")
    lints: tuple[tuple[str, str], ...] = ()  # of the manifest: (`clippy::undocumented_unsafe_blocks`, `warn`)
    features: tuple[str, ...] = ()  # declared by the manifest, sorted
    default_features: tuple[str, ...] = ()  # those that are on unless a user turns them off, sorted
    library_published: bool = False  # a library, and no `publish = false`
    mark: Mark = ""
    loose: tuple[str, ...] = ()


class SourceFile(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One Rust file. `mark` says which folder of its package makes it test, benchmark or example code.

    `stamp` changes whenever the bytes do, as far as can be told without reading them: modification time in
    nanoseconds, or the object name of a git blob.
    """

    path: str
    size: int  # bytes
    stamp: str
    mark: Mark = ""
    edition: Edition = "2021"


class Reader(Protocol):
    """Gives the bytes of a target's files. Picklable: worker processes read for themselves."""

    def read(self, path: str) -> bytes:
        """The file's bytes. Raises OSError with a reason for people."""
        ...


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to audit, found but not read. `files` holds each file once, sorted by path."""

    identity: TargetIdentity
    kernel: bool = False
    crates: tuple[CrateUnit, ...]
    files: tuple[SourceFile, ...]
    not_read: tuple[Unread, ...] = ()
