"""Code size of a kernel tree by folder: which part of the kernel each file belongs to, and its counted lines."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from importlib import resources
from pathlib import Path

import msgspec

from scrutineer.surface.lines import NOTHING, LineCount, count_c, count_rust

_DEPTH = 4
_CHUNK = 400
_LARGEST = 32 << 20

_Totals = dict[tuple[str, str], tuple[int, LineCount]]


class FolderSize(msgspec.Struct, frozen=True, array_like=True):
    """Lines of one folder (cut to four parts) of one release that belong to one part (bucket) of the kernel."""

    release: str
    bucket: str
    folder: str
    files: int
    lines: int
    code_lines: int
    unsafe_lines: int


class _Language(msgspec.Struct, frozen=True):
    runtime: str
    prefixes: dict[str, str]


class _Layout(msgspec.Struct, frozen=True):
    rust: _Language
    c: _Language


@cache
def _layout() -> _Layout:
    text = resources.files("scrutineer.surface").joinpath("kernel_layout.toml").read_bytes()
    return msgspec.convert(tomllib.loads(text.decode()), _Layout)


def bucket_of(path: str) -> str | None:
    """The part of the kernel a file belongs to, as `--sizes` files name it; None for neither C nor Rust."""
    if path.endswith(".rs"):
        language = _layout().rust
    elif path.endswith((".c", ".h")):
        language = _layout().c
    else:
        return None
    matching = [prefix for prefix in language.prefixes if path.startswith(prefix)]
    return language.prefixes[max(matching, key=len)] if matching else language.runtime


def count_tree(release: str, root: Path, workers: int = 1) -> tuple[FolderSize, ...]:
    """Count every C and Rust file below `root`, without following links; sorted by bucket and folder."""
    paths = list(_source_files(root))
    chunks = [paths[at : at + _CHUNK] for at in range(0, len(paths), _CHUNK)]
    totals: _Totals = {}
    for part in _counted(root, chunks, workers):
        for key, (files, count) in part.items():
            before = totals.get(key, (0, NOTHING))
            totals[key] = (before[0] + files, before[1] + count)
    return tuple(
        FolderSize(release, bucket, folder, files, count.lines, count.code_lines, count.unsafe_lines)
        for (bucket, folder), (files, count) in sorted(totals.items())
    )


def _counted(root: Path, chunks: list[list[str]], workers: int) -> Iterable[_Totals]:
    if workers <= 1 or len(chunks) <= 2:
        return (_count_chunk(root, chunk) for chunk in chunks)
    with ProcessPoolExecutor(workers) as pool:
        return list(pool.map(_count_chunk, [root] * len(chunks), chunks))


def _count_chunk(root: Path, paths: list[str]) -> _Totals:
    totals: _Totals = {}
    for path in paths:
        bucket = bucket_of(path)
        if bucket is None:
            continue
        source = (root / path).read_bytes()
        count = count_rust(source) if path.endswith(".rs") else count_c(source)
        key = (bucket, "/".join(path.split("/")[:-1][:_DEPTH]))
        files, before = totals.get(key, (0, NOTHING))
        totals[key] = (files + 1, before + count)
    return totals


def _source_files(root: Path) -> Iterator[str]:
    for at, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name != ".git")
        for name in sorted(names):
            path = Path(at, name)
            if (
                name.endswith((".rs", ".c", ".h"))
                and not path.is_symlink()
                and path.stat().st_size <= _LARGEST
            ):
                yield path.relative_to(root).as_posix()
