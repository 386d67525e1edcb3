"""A folder or an archive as a stream of (path, bytes), read in memory; nothing is ever extracted to a path.

An archive is hostile input: names are used as labels only, links and devices are passed over, and every size is
bounded: one member, one tar header, and everything that comes out of the decompressor together.
"""

from __future__ import annotations

import gzip
import io
import lzma
import os
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Self, TypeAlias, cast

import msgspec
import zstandard

from scrutineer.records.errors import RecordsError


class Limits(msgspec.Struct, frozen=True):
    """Bounds on what a source may make us read, in bytes; the members are counted."""

    member: int = 8 << 20
    header: int = 1 << 20
    total: int = 4 << 30
    members: int = 2_000_000


class Member(msgspec.Struct, frozen=True):
    """One file of the source: its path as the source names it, and its content."""

    path: str
    data: bytes


class Malformed(msgspec.Struct, frozen=True):
    """Something that could not be read: where it stands and why; it is listed, never dropped."""

    path: str
    why: str


Item: TypeAlias = Member | Malformed
Wanted: TypeAlias = Callable[[str], bool]

_BROKEN = (tarfile.TarError, EOFError, OSError, lzma.LZMAError, zlib.error, zstandard.ZstdError)


def read_source(source: Path, wanted: Wanted, limits: Limits | None = None) -> Iterator[Item]:
    """Yield the wanted members of a folder, a `.tar` (also `.xz`, `.gz`, `.zst`) or a `.zip`.

    Raises RecordsError when the source does not exist, or is none of these.
    """
    bounds = limits or Limits()
    if source.is_dir():
        return _folder(source, wanted, bounds)
    if not source.is_file():
        raise RecordsError(f"{source}: no such file or folder")
    if source.suffix == ".zip":
        return _zip(source, wanted, bounds)
    return _tar(source, wanted, bounds)


def _folder(root: Path, wanted: Wanted, limits: Limits) -> Iterator[Item]:
    for at, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name != ".git")
        for name in sorted(names):
            path = Path(at, name)
            label = path.relative_to(root).as_posix()
            if not wanted(label):
                continue
            if path.is_symlink() or not path.is_file():
                yield Malformed(label, "not a regular file")
            elif path.stat().st_size > limits.member:
                yield Malformed(label, f"larger than {limits.member} bytes")
            else:
                yield Member(label, path.read_bytes())


def _zip(source: Path, wanted: Wanted, limits: Limits) -> Iterator[Item]:
    try:
        archive = zipfile.ZipFile(source)
    except (zipfile.BadZipFile, OSError) as error:
        raise RecordsError(f"{source}: not a readable zip archive: {error}") from error
    left = limits.total
    with archive:
        for info in archive.infolist()[: limits.members]:
            if info.is_dir() or not wanted(info.filename):
                continue
            try:
                with archive.open(info) as stream:
                    data = stream.read(min(limits.member, left) + 1)
            except (zipfile.BadZipFile, NotImplementedError, RuntimeError, *_BROKEN) as error:
                yield Malformed(info.filename, f"cannot be read: {error}")
                continue
            left -= len(data)
            if left < 0:
                yield Malformed(
                    source.name, f"unpacks to more than {limits.total} bytes; the rest is not read"
                )
                return
            if len(data) > limits.member:
                yield Malformed(info.filename, f"larger than {limits.member} bytes")
            else:
                yield Member(info.filename, data)


def _tar(source: Path, wanted: Wanted, limits: Limits) -> Iterator[Item]:
    seen = 0
    try:
        with _decompressed(source) as raw:
            capped = _Capped(raw, limits.total)
            with tarfile.open(
                fileobj=cast("IO[bytes]", capped),
                mode="r|",
                bufsize=1 << 16,
                tarinfo=_bounded_header(limits.header),
            ) as archive:
                for info in archive:
                    seen += 1
                    if seen > limits.members:
                        yield Malformed(
                            source.name, f"more than {limits.members} members; the rest is not read"
                        )
                        return
                    yield from _tar_member(archive, info, wanted, limits)
    except _BROKEN as error:
        if not seen:
            raise RecordsError(f"{source}: not a readable tar archive: {error}") from error
        yield Malformed(source.name, f"broken after {seen} members; the rest is not read: {error}")


def _tar_member(
    archive: tarfile.TarFile, info: tarfile.TarInfo, wanted: Wanted, limits: Limits
) -> Iterator[Item]:
    if info.isdir() or not wanted(info.name):
        return
    if not info.isreg() or info.issparse():
        yield Malformed(info.name, "not a regular file")
    elif info.size > limits.member:
        yield Malformed(info.name, f"larger than {limits.member} bytes")
    else:
        stream = archive.extractfile(info)
        yield Member(info.name, stream.read() if stream else b"")


def _decompressed(source: Path) -> IO[bytes]:
    match source.suffix:
        case ".xz" | ".txz":
            return lzma.open(source)
        case ".gz" | ".tgz":
            return cast("IO[bytes]", gzip.open(source))
        case ".zst":
            return cast("IO[bytes]", zstandard.open(source, "rb"))
        case ".tar":
            return source.open("rb")
        case _:
            raise RecordsError(f"{source}: expected a folder, .tar, .tar.xz, .tar.gz, .tar.zst or .zip")


class _Capped(io.RawIOBase):
    """A stream that stops being readable once it has given `left` bytes."""

    def __init__(self, raw: IO[bytes], left: int) -> None:
        self._raw = raw
        self._left = left

    def read(self, size: int = -1, /) -> bytes:
        data = self._raw.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise tarfile.ReadError("unpacks to more than the limit")
        return data


def _bounded_header(limit: int) -> type[tarfile.TarInfo]:
    """A tar header reader that refuses extension headers (long names, pax records) larger than `limit` bytes."""

    class Bounded(tarfile.TarInfo):
        @classmethod
        def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
            header = super().frombuf(buf, encoding, errors)
            if header.type in (b"x", b"g", b"X", b"L", b"K") and header.size > limit:
                raise tarfile.ReadError(f"a header extension of {header.size} bytes")
            return header

    return Bounded
