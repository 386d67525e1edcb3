"""Unpacking archives that nobody vouches for.

Only regular files that an audit looks at are written, below one private folder, under names that were checked
first. A device, an absolute path, a `..`, a link that leads out of the archive or stands for a source file, or an
archive that grows too far is refused as a whole, with the entry named: such an archive was made to do harm, and
what else it says is not worth reading. Other links (Linux releases hold some) are left out: what they point to is
in the archive under its own name.
"""

from __future__ import annotations

import lzma
import posixpath
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO, cast

from scrutineer.source.errors import TargetError
from scrutineer.source.listing import matters

MOST_BYTES = 4 << 30  # of one archive, unpacked: a whole Linux release is 1.6 GB
MOST_ENTRIES = 1_000_000
RATIO = 200  # real sources compress 3 to 12 times
RATIO_FROM = 64 << 20  # bytes unpacked, from where the ratio counts
_PIECE = 1 << 20
_PATH_MAX = 4096
_ZIP_LINK, _ZIP_TYPE, _ZIP_REGULAR = 0o120000, 0o170000, 0o100000


def unpack(archive: Path, folder: Path) -> Path:
    """Unpack the sources into a private folder; the folder that holds them. Raises TargetError."""
    try:
        members = _zip_members if archive.name.endswith(".zip") else _tar_members
        budget = _Budget(archive)
        for name, stream in members(archive, budget):
            _write(folder, name, stream, budget)
    except (OSError, EOFError, tarfile.TarError, zipfile.BadZipFile, lzma.LZMAError, zlib.error) as error:
        raise TargetError(f"{archive}: cannot be unpacked: {error}") from None
    except RuntimeError as error:  # zipfile: encrypted entry
        raise TargetError(f"{archive}: cannot be unpacked: {error}") from None
    inside = list(folder.iterdir())
    return inside[0] if len(inside) == 1 and inside[0].is_dir() else folder


class _Budget:
    """How much an archive may still unpack to; counts what really comes out, not what headers promise."""

    def __init__(self, archive: Path) -> None:
        self._archive = archive
        self._packed = max(archive.stat().st_size, 1)
        self._bytes = 0
        self._entries = 0

    def refuse(self, name: str, reason: str) -> TargetError:
        """The error for one entry."""
        return TargetError(
            f"{self._archive}: entry {name!r} {reason}; the archive is refused, nothing of it was audited"
        )

    def enter(self, name: str) -> None:
        """Count an entry."""
        self._entries += 1
        if self._entries > MOST_ENTRIES:
            raise self.refuse(name, f"is more than number {MOST_ENTRIES}")

    def spend(self, name: str, size: int) -> None:
        """Count bytes that came out of the archive."""
        self._bytes += size
        if self._bytes > MOST_BYTES:
            raise self.refuse(name, f"brings the total above {MOST_BYTES >> 30} GB")
        if self._bytes > RATIO_FROM and self._bytes > RATIO * self._packed:
            raise self.refuse(name, f"brings the total above {RATIO} times the size of the archive")


def _check_name(name: str, budget: _Budget) -> None:
    parts = PurePosixPath(name).parts
    if name.startswith("/") or PureWindowsPath(name).drive or "\\" in name:
        raise budget.refuse(name, "has an absolute path or a backslash")
    if ".." in parts:
        raise budget.refuse(name, "leads out of the archive by `..`")
    if not name.isprintable():
        raise budget.refuse(name, "has control characters in its name")


def _check_link(name: str, goal: str, budget: _Budget, *, hard: bool = False) -> None:
    """Refuse a link that leads out of the archive, or that could pass for a source file."""
    base = "" if hard else posixpath.dirname(name)
    place = posixpath.normpath(posixpath.join(base, goal))
    if goal.startswith("/") or place.startswith("..") or not goal.isprintable():
        raise budget.refuse(name, f"is a link that leads out of the archive, to {goal!r}")
    if matters(_last(name)):
        raise budget.refuse(name, f"is a link, to {goal!r}, in the place of a source file")


def _last(name: str) -> str:
    return name.rpartition("/")[2]


class _Metered:
    """A stream of unpacked bytes that spends the budget: a bomb is stopped while it goes off."""

    def __init__(self, stream: IO[bytes], budget: _Budget) -> None:
        self._stream = stream
        self._budget = budget

    def read(self, size: int = -1) -> bytes:
        """At most one piece, so that no header makes us take gigabytes at once."""
        piece = self._stream.read(min(size, _PIECE) if size >= 0 else _PIECE)
        self._budget.spend("(unpacking)", len(piece))
        return piece


@contextmanager
def _decompressed(archive: Path) -> Iterator[IO[bytes]]:
    """The tar stream inside an archive."""
    name = archive.name
    if name.endswith(".tar.zst"):
        import zstandard  # noqa: PLC0415 - 10 ms of start-up that only .zst needs

        try:
            with archive.open("rb") as raw, zstandard.ZstdDecompressor().stream_reader(raw) as stream:
                yield stream
        except zstandard.ZstdError as error:
            raise OSError(str(error)) from None
    elif name.endswith((".tar.xz", ".txz")):
        with lzma.open(archive) as stream:
            yield stream
    elif name.endswith(".tar"):
        with archive.open("rb") as stream:
            yield stream
    else:
        import gzip  # noqa: PLC0415 - the same

        with gzip.open(archive) as stream:
            yield cast("IO[bytes]", stream)


def _tar_members(archive: Path, budget: _Budget) -> Iterator[tuple[str, IO[bytes]]]:
    with (
        _decompressed(archive) as stream,
        tarfile.open(fileobj=cast("IO[bytes]", _Metered(stream, budget)), mode="r|") as packed,
    ):
        while member := packed.next():
            packed.members.clear()  # type: ignore[attr-defined]  # tarfile keeps every header otherwise
            budget.enter(member.name)
            _check_name(member.name, budget)
            if member.issym() or member.islnk():
                _check_link(member.name, member.linkname, budget, hard=member.islnk())
            elif not member.isdir() and (not member.isreg() or member.issparse()):
                raise budget.refuse(member.name, "is neither a file nor a folder")
            content = packed.extractfile(member) if member.isreg() else None
            if content is not None and matters(_last(member.name)):
                yield member.name, content


def _zip_members(archive: Path, budget: _Budget) -> Iterator[tuple[str, IO[bytes]]]:
    with zipfile.ZipFile(archive) as packed:
        for member in packed.infolist():
            budget.enter(member.filename)
            _check_name(member.filename, budget)
            kind = (member.external_attr >> 16) & _ZIP_TYPE
            if kind == _ZIP_LINK:
                with packed.open(member) as stream:
                    _check_link(member.filename, stream.read(_PATH_MAX).decode(errors="replace"), budget)
            elif kind not in {0, _ZIP_REGULAR} and not member.is_dir():
                raise budget.refuse(member.filename, "is neither a file nor a folder")
            elif not member.is_dir() and matters(_last(member.filename)):
                with packed.open(member) as stream:
                    yield member.filename, cast("IO[bytes]", _Metered(stream, budget))


def _write(folder: Path, name: str, stream: IO[bytes], budget: _Budget) -> None:
    place = folder / PurePosixPath(name)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("xb") as file:
            while piece := stream.read(_PIECE):
                file.write(piece)
    except FileExistsError:
        raise budget.refuse(name, "is there twice, or is a file and a folder") from None
    except NotADirectoryError:
        raise budget.refuse(name, "is a file and a folder") from None
