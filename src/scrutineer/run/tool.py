"""Which Scrutineer this is, to the byte: cached answers of another one are not believed."""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections.abc import Iterator
from functools import cache

import scrutineer


def version() -> str:
    """The installed version."""
    from importlib.metadata import version as installed  # noqa: PLC0415 - 15 ms that a warm audit does not need

    return installed("scrutineer")


_PARSERS = ("tree_sitter", "tree_sitter_rust")


@cache
def fingerprint() -> str:
    """Hash over name, size and modification time of every file of the installed package and of its parser."""
    folders = [next(iter(scrutineer.__path__))]
    for parser in _PARSERS:
        spec = importlib.util.find_spec(parser)
        folders += spec.submodule_search_locations or [] if spec else []
    hashed = hashlib.blake2b(digest_size=16)
    for folder in folders:
        for line in _stamps(folder):
            hashed.update(line.encode(errors="surrogateescape"))
    return hashed.hexdigest()


def _stamps(folder: str) -> Iterator[str]:
    pending = [folder]
    while pending:
        with os.scandir(pending.pop()) as scan:
            for entry in sorted(scan, key=lambda entry: entry.name):
                if entry.is_dir():
                    if entry.name != "__pycache__":
                        pending.append(entry.path)
                else:
                    status = entry.stat()
                    yield f"{entry.name} {status.st_size} {status.st_mtime_ns}\n"
