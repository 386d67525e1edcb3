"""The files of a folder that matter: Rust sources and what describes them. Nothing is read yet."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

import msgspec

from scrutineer.model.finding import Unread

_DESCRIPTIONS = frozenset({"Cargo.toml", "Cargo.lock", "Makefile", "Kbuild", "min-tool-version.sh"})
_HISTORY = frozenset({".git", ".hg", ".svn", ".jj"})
LARGEST = 64 << 20  # bytes; a larger Rust file is generated data, and parsing it would take gigabytes


class Entry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One file: its size in bytes, and a stamp that changes when its bytes do."""

    size: int
    stamp: str


class Listing(msgspec.Struct, frozen=True):
    """Files by path relative to the folder, with forward slashes, and those that cannot be read."""

    files: dict[str, Entry]
    not_read: tuple[Unread, ...] = ()

    def named(self, name: str) -> list[str]:
        """All files of that name, shallow ones first."""
        found = (path for path in self.files if path == name or path.endswith("/" + name))
        return sorted(found, key=lambda path: (path.count("/"), path))

    @property
    def rust(self) -> list[str]:
        """The Rust sources, sorted."""
        return sorted(path for path in self.files if path.endswith(".rs"))


def matters(name: str) -> bool:
    """Whether a file of that name is source, or describes crates."""
    return name.endswith(".rs") or name in _DESCRIPTIONS


def list_folder(root: str, ignored: frozenset[str] = frozenset(), stamp: str = "") -> Listing:
    """Walk a folder. `ignored` are paths that version control ignores; `target/` beside a manifest is build output.

    Links to folders are not followed: they would show files twice, and can form circles. With a `stamp` every
    file has it (an unpacked archive, whose digest says more than the times of its files).
    """
    files: dict[str, Entry] = {}
    not_read: list[Unread] = []
    real_root = os.path.realpath(root)
    for path, place in _walk(root, ignored, not_read):
        reason = _why_not(place, real_root)
        if reason:
            not_read.append(Unread(path, reason))
            continue
        status = place.stat()
        if status.st_size > LARGEST:
            not_read.append(
                Unread(path, f"{status.st_size >> 20} MB is more than the {LARGEST >> 20} MB that are read")
            )
            continue
        files[path] = Entry(status.st_size, stamp or f"{status.st_mtime_ns}.{status.st_ctime_ns}")
    return Listing(files, tuple(sorted(not_read, key=lambda unread: unread.path)))


def _walk(
    root: str, ignored: frozenset[str], not_read: list[Unread]
) -> Iterator[tuple[str, os.DirEntry[str]]]:
    pending = [""]
    while pending:
        prefix = pending.pop()
        try:
            with os.scandir(os.path.join(root, prefix)) as scan:  # noqa: PTH118 - half of a walk's time is pathlib's
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError as error:
            not_read.append(Unread(prefix or ".", f"folder cannot be listed: {error.strerror}"))
            continue
        builds = any(entry.name == "Cargo.toml" for entry in entries)
        for entry in entries:
            path = prefix + entry.name
            if path in ignored:
                continue
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in _HISTORY and not (builds and entry.name == "target"):
                    pending.append(path + "/")
            elif matters(entry.name) and not (entry.is_symlink() and entry.is_dir()):
                yield path, entry


def _why_not(entry: os.DirEntry[str], real_root: str) -> str:
    """Why this entry cannot be read as a file of the target, or nothing."""
    try:
        entry.name.encode()
        mode = entry.stat().st_mode
    except UnicodeEncodeError:
        return "its name is not UTF-8"
    except OSError as error:
        return error.strerror or "it cannot be looked at"
    if not stat.S_ISREG(mode):
        return "not a regular file"
    if entry.is_symlink() and not os.path.realpath(entry.path).startswith(real_root + os.sep):
        return "a link that leads out of the target"
    return ""
