"""What the user named → a target that can be read: path, archive, git revision or published crate."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import msgspec

from scrutineer.model.finding import TargetIdentity
from scrutineer.model.target import CrateUnit, Reader, SourceFile, Target
from scrutineer.source import git, kernel, words
from scrutineer.source.errors import TargetError
from scrutineer.source.listing import LARGEST, Listing, list_folder
from scrutineer.source.readers import FolderReader, RevisionReader
from scrutineer.source.survey import Settings, Survey, survey

Kind = Literal["file", "folder", "crate", "workspace", "kernel", "archive", "revision"]


class Opened(msgspec.Struct, frozen=True):
    """A target and the way to its bytes; both are good until the context that opened it ends."""

    target: Target
    reader: FolderReader | RevisionReader


@contextmanager
def opened(word: str, settings: Settings, revision: str = "") -> Iterator[Opened]:
    """Open what the user named. Raises TargetError."""
    path = Path(word)
    try:
        if revision:
            yield _revision(path, revision, settings)
        elif path.is_dir():
            yield _folder(path, settings)
        elif path.is_file() and words.is_archive(path.name):
            with _unpacked(path) as folder:
                yield _tree(folder, words.stem(path.name), "archive", settings, stamp=_digest(path))
        elif path.exists():
            yield _file(path, settings)
        elif named := words.crate(word):
            version, packed = _fetched(*named)
            with _unpacked(packed) as folder:
                yield _tree(folder, named[0], "crate", settings, version=version, stamp=_digest(packed))
        else:
            raise TargetError(f"{word}: no such file or folder, and not the name of a crate (`name@1.2.3`)")
    except PermissionError as error:
        raise TargetError(f"{error.filename or word}: {error.strerror}") from None


def _folder(path: Path, settings: Settings) -> Opened:
    root = os.path.realpath(path)
    listing = list_folder(root, git.ignored(root))
    return _assemble(listing, FolderReader(root), Path(root).name or "root", "folder", settings)


def _tree(
    folder: Path, name: str, kind: Kind, settings: Settings, *, stamp: str, version: str | None = None
) -> Opened:
    """An unpacked archive; its digest is the stamp of every file, so that unpacking again changes nothing."""
    listing = list_folder(str(folder), stamp=stamp)
    return _assemble(listing, FolderReader(str(folder)), name, kind, settings, version=version)


def _revision(path: Path, revision: str, settings: Settings) -> Opened:
    if not path.is_dir():
        raise TargetError(f"{path}: --rev needs a folder of a git repository")
    root = os.path.realpath(path)
    commit, prefix = git.resolve(root, revision)
    listing = git.list_revision(root, commit, prefix)
    reader = RevisionReader(root, commit, prefix)
    return _assemble(listing, reader, Path(root).name, "revision", settings, revision=commit)


def _file(path: Path, settings: Settings) -> Opened:
    """One file, read as Rust whatever its name is."""
    if not path.is_file():
        raise TargetError(f"{path}: neither a file nor a folder")
    status = path.stat()
    if status.st_size > LARGEST:
        raise TargetError(
            f"{path}: {status.st_size >> 20} MB is more than the {LARGEST >> 20} MB that are read"
        )
    root = os.path.realpath(path.parent)
    source = SourceFile(
        path.name, status.st_size, f"{status.st_mtime_ns}.{status.st_ctime_ns}", "", settings.edition
    )
    unit = CrateUnit(
        name=path.stem.replace("-", "_"),
        root=path.name,
        kind="loose",
        edition=settings.edition,
        panic=settings.panic or "unwind",
        extern_prelude=("core", "std"),
        loose=(path.name,),
    )
    target = Target(identity=TargetIdentity("file", path.name), crates=(unit,), files=(source,))
    return Opened(target, FolderReader(root))


def _assemble(
    listing: Listing,
    reader: FolderReader | RevisionReader,
    name: str,
    kind: Kind,
    settings: Settings,
    *,
    version: str | None = None,
    revision: str | None = None,
) -> Opened:
    try:
        found = survey(listing, reader, name.replace("-", "_"), settings)
    except OSError as error:
        raise TargetError(f"{name}: {error}") from None
    identity = _identity(found, reader, name, kind)
    if version or revision:
        identity = TargetIdentity(identity.kind, identity.name, version or identity.version, revision)
    return Opened(
        Target(
            identity=identity,
            kernel=found.kernel,
            crates=found.crates,
            files=found.files,
            not_read=found.not_read,
        ),
        reader,
    )


def _identity(found: Survey, reader: Reader, name: str, kind: Kind) -> TargetIdentity:
    """How the target calls itself; a folder's kind follows from what is in it."""
    if found.kernel:
        return TargetIdentity("kernel" if kind == "folder" else kind, "linux", kernel.version(reader))
    if len(found.packages) == 1:
        package, version = found.packages[0]
        return TargetIdentity("crate" if kind == "folder" else kind, package, version or None)
    if found.packages and kind == "folder":
        return TargetIdentity("workspace", name)
    return TargetIdentity(kind, name)


@contextmanager
def _unpacked(path: Path) -> Iterator[Path]:
    """The sources of an archive in a private folder that is gone afterwards."""
    from scrutineer.source import archive  # noqa: PLC0415 - what unpacks and fetches is not needed by folders

    with tempfile.TemporaryDirectory(prefix="scrutineer-") as folder:
        yield archive.unpack(path, Path(folder))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()[:32]


def _fetched(name: str, version: str) -> tuple[str, Path]:
    from scrutineer.source import registry  # noqa: PLC0415 - what unpacks and fetches is not needed by folders

    return registry.fetch(name, version)
