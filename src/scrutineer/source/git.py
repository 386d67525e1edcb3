"""git as a subprocess, on repositories that nobody vouches for.

A repository's own configuration can name programs to run (file system monitors, filters, transports). None of
the commands used here checks out, and what could start a program or reach a network is switched off.
"""

from __future__ import annotations

import os
import subprocess

from scrutineer.model.finding import Unread
from scrutineer.source.errors import TargetError
from scrutineer.source.listing import LARGEST, Entry, Listing, matters

_OFF = (
    "-c", "core.fsmonitor=false",
    "-c", "core.hooksPath=/dev/null",
    "-c", "core.untrackedCache=false",
    "-c", "safe.bareRepository=explicit",
)  # fmt: skip
_LINK, _SUBMODULE = "120000", "160000"


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {
        "GIT_ALLOW_PROTOCOL": "",  # no transport at all: nothing is fetched
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_OPTIONAL_LOCKS": "0",  # the audited repository is not written to
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_LITERAL_PATHSPECS": "1",
        "LC_ALL": "C",
    }


def start(folder: str, *words: str) -> subprocess.Popen[bytes]:
    """A git process with pipes."""
    return subprocess.Popen(
        ["git", *_OFF, *words],
        cwd=folder,
        env=_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def run(folder: str, *words: str) -> tuple[bytes, str]:
    """Output and error text ("" when git succeeded)."""
    try:
        done = subprocess.run(
            ["git", *_OFF, *words],
            cwd=folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        return b"", "git is not installed"
    if done.returncode == 0:
        return done.stdout, ""
    said = done.stderr.decode(errors="replace").strip().splitlines()
    return b"", said[0].removeprefix("fatal: ") if said else f"git ended with status {done.returncode}"


def ignored(folder: str) -> frozenset[str]:
    """Paths below a folder that git ignores, folders without their content. Empty outside a repository.

    A folder that is itself ignored was named by the user on purpose: then nothing in it is left out.
    """
    place = os.path.realpath(folder)
    while not os.path.lexists(os.path.join(place, ".git")):  # noqa: PTH118 - as below, this stands in every start
        place, before = os.path.dirname(place), place  # noqa: PTH120 - the same
        if place == before:
            return frozenset()
    output, _ = run(folder, "ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory")
    paths = frozenset(os.fsdecode(path).rstrip("/") for path in output.split(b"\0") if path)
    return frozenset() if paths & {".", ""} else paths


def resolve(folder: str, revision: str) -> tuple[str, str]:
    """(commit, prefix of the folder in its repository). Raises TargetError."""
    prefix, error = run(folder, "rev-parse", "--show-prefix")
    if error:
        raise TargetError(f"{folder}: {error}; --rev needs a git repository")
    if revision.startswith("-"):
        raise TargetError(f"{revision}: not a git revision")
    commit, error = run(folder, "rev-parse", "--verify", "--end-of-options", revision + "^{commit}")
    if error:
        raise TargetError(f"{folder}: git knows no revision `{revision}`; `git log --oneline` lists some")
    return commit.decode().strip(), os.fsdecode(prefix).strip("\n")


def list_revision(folder: str, commit: str, prefix: str) -> Listing:
    """The files of a commit below a prefix; each stamp is the name of its blob. Raises TargetError."""
    output, error = run(folder, "ls-tree", "-r", "-z", "--long", "--full-tree", commit, prefix or ".")
    if error:
        raise TargetError(f"{folder}: {error}")
    files: dict[str, Entry] = {}
    not_read: list[Unread] = []
    for record in output.split(b"\0")[:-1]:
        about, _, name = record.partition(b"\t")
        mode, _, blob, size = about.decode().split()
        path = name.decode(errors="surrogateescape").removeprefix(prefix)
        if not matters(path.rpartition("/")[2]) or mode == _SUBMODULE:
            continue
        reason = _why_not(path, mode, size)
        if reason:
            not_read.append(Unread(path.encode(errors="replace").decode(), reason))
        else:
            files[path] = Entry(int(size), blob)
    return Listing(files, tuple(not_read))


def _why_not(path: str, mode: str, size: str) -> str:
    if mode == _LINK:
        return "a link; links are not followed in a revision"
    if "\n" in path or not path.isprintable():
        return "its name holds characters that git's batch mode cannot take"
    return f"more than {LARGEST >> 20} MB" if int(size) > LARGEST else ""
