"""Code size of releases: read from a `--sizes` file, or counted from a `--tree`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec
import zstandard

from scrutineer.records.errors import RecordsError
from scrutineer.records.releases import mainline_of
from scrutineer.records.tables import SizeRow
from scrutineer.surface.tree import FolderSize, count_tree

RUNTIME_BUCKETS = ("rs_runtime", "rs_pininit", "c_runtime")
"""Hand-written code that runs in the kernel: the exposure of every question."""

_LIMIT = 256 << 20


def read_sizes(path: Path) -> tuple[SizeRow, ...]:
    """Read lines of `[release, bucket, folder, files, lines, code lines, unsafe lines]`, plain or `.zst`.

    Raises RecordsError naming the first line that is not one: an exposure with holes is worse than none.
    """
    rows = []
    for number, line in enumerate(_content(path).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            rows.append(msgspec.json.decode(line, type=FolderSize))
        except msgspec.DecodeError as error:
            raise RecordsError(f"{path}:{number}: not a line of sizes: {error}") from error
    return size_rows(rows)


def count_sizes(release: str, root: Path, workers: int) -> tuple[SizeRow, ...]:
    """Count a kernel tree. Raises RecordsError when the folder holds neither C nor Rust."""
    rows = size_rows(count_tree(release, root, workers))
    if not rows:
        raise RecordsError(f"{root}: no C or Rust file to count for {release}")
    return rows


def size_rows(sizes: Iterable[FolderSize]) -> tuple[SizeRow, ...]:
    """The counts as table rows, with the language and whether the code runs in the kernel."""
    return tuple(
        SizeRow(
            release=size.release,
            mainline=mainline_of(size.release),
            bucket=size.bucket,
            language="rust" if size.bucket.startswith("rs_") else "c",
            runtime=size.bucket in RUNTIME_BUCKETS,
            folder=size.folder,
            files=size.files,
            lines=size.lines,
            code_lines=size.code_lines,
            unsafe_lines=size.unsafe_lines,
        )
        for size in sizes
    )


def _content(path: Path) -> bytes:
    try:
        with zstandard.open(path, "rb") if path.suffix == ".zst" else path.open("rb") as stream:
            data = bytes(stream.read(_LIMIT + 1))
    except (OSError, zstandard.ZstdError) as error:
        raise RecordsError(f"{path}: cannot be read: {error}") from error
    if len(data) > _LIMIT:
        raise RecordsError(f"{path}: larger than {_LIMIT} bytes")
    return data
