"""How bytes are had: from a folder, or from a git repository without checking anything out."""

from __future__ import annotations

import atexit
import os
import subprocess

import msgspec

from scrutineer.source import git


class FolderReader(msgspec.Struct, frozen=True):
    """Reads files below a folder."""

    root: str

    def read(self, path: str) -> bytes:
        """The file's bytes. Raises OSError."""
        with open(os.path.join(self.root, path), "rb") as file:  # noqa: PTH118, PTH123 - read for every file
            return file.read()


class RevisionReader(msgspec.Struct, frozen=True):
    """Reads files of one commit; `prefix` is the audited folder inside the repository, ending in `/` or empty."""

    repository: str
    commit: str
    prefix: str

    def read(self, path: str) -> bytes:
        """The blob's bytes. Raises OSError."""
        process = _batch(self.repository)
        if process.stdin is None or process.stdout is None:
            raise OSError("git cat-file has no pipe")
        process.stdin.write(f"{self.commit}:{self.prefix}{path}\n".encode())
        process.stdin.flush()
        header = process.stdout.readline().split()
        if len(header) != 3 or header[1] != b"blob":
            raise OSError(f"git has no such file in {self.commit[:12]}")
        content = process.stdout.read(int(header[2]) + 1)
        return content[:-1]


Reader = FolderReader | RevisionReader

_BATCHES: dict[tuple[int, str], subprocess.Popen[bytes]] = {}


def _batch(repository: str) -> subprocess.Popen[bytes]:
    """The `git cat-file --batch` of this process: a pipe must not be shared with a forked parent."""
    key = (os.getpid(), repository)
    if key not in _BATCHES:
        _BATCHES[key] = git.start(repository, "cat-file", "--batch")
        atexit.register(_stop, _BATCHES[key])
    return _BATCHES[key]


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.stdin:
        process.stdin.close()
    process.wait()
    if process.stdout:
        process.stdout.close()
