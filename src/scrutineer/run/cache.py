"""What earlier runs found out, in one SQLite file per Scrutineer version.

A cache is only ever a help: one that cannot be opened, read or written is a warning, and an entry that does not
decode is as good as none.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

Warn = Callable[[str], None]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS facts (key TEXT PRIMARY KEY, summary BLOB NOT NULL, facts BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS crates (key TEXT PRIMARY KEY, answer BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS reports (key TEXT PRIMARY KEY, report BLOB NOT NULL) WITHOUT ROWID;
"""
_MOST_BYTES = 2 << 30  # a larger cache starts anew: half a million files' facts
_KEPT = 4  # files of other Scrutineer versions, the newest ones
_BATCH = 500  # names per query; SQLite allows 999 in old builds
_PREFIX = "facts-"


class Entry(msgspec.Struct, frozen=True):
    """Cached facts of one file, packed."""

    key: str
    summary: bytes
    facts: bytes


class Cache:
    """One open cache. `path` is its file, ":memory:" for none."""

    def __init__(self, path: str, warn: Warn, *, writable: bool = True) -> None:
        self.path = path
        self._warn = warn
        self._broken = False
        self._database = _open(path) if writable else sqlite3.connect(path, timeout=10)

    def summaries(self, keys: Iterable[str]) -> dict[str, bytes]:
        """Packed summaries of those keys that are known."""
        return dict(self._rows("facts", "summary", keys))

    def facts(self, keys: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Packed facts, one after another, of those keys that are known."""
        return self._rows("facts", "facts", keys)

    def crates(self, keys: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Packed answers about crates, of those keys that are known."""
        return self._rows("crates", "answer", keys)

    def _rows(self, table: str, column: str, keys: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        wanted = list(keys)
        for start in range(0, len(wanted), _BATCH):
            batch = wanted[start : start + _BATCH]
            marks = ",".join("?" * len(batch))
            query = f"SELECT key, {column} FROM {table} WHERE key IN ({marks})"  # noqa: S608 - fixed names
            try:
                yield from self._database.execute(query, batch)
            except sqlite3.Error as error:
                self._complain("read", error)
                return

    def put_facts(self, entries: Iterable[Entry]) -> None:
        """Keep facts of files."""
        rows = [(entry.key, entry.summary, entry.facts) for entry in entries]
        self._write("INSERT OR REPLACE INTO facts VALUES (?, ?, ?)", rows)

    def put_crates(self, answers: Iterable[tuple[str, bytes]]) -> None:
        """Keep answers about crates."""
        self._write("INSERT OR REPLACE INTO crates VALUES (?, ?)", list(answers))

    def report(self, key: str) -> bytes | None:
        """The packed answer of an earlier run to exactly this question."""
        try:
            row = self._database.execute("SELECT report FROM reports WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error as error:
            self._complain("read", error)
            return None
        return row[0] if row else None

    def put_report(self, keys: Iterable[str], report: bytes) -> None:
        """Keep an answer under each of its keys."""
        self._write("INSERT OR REPLACE INTO reports VALUES (?, ?)", [(key, report) for key in keys])

    def _write(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        if self._broken or not rows:
            return
        try:
            with self._database:
                self._database.executemany(statement, rows)
        except sqlite3.Error as error:
            self._broken = True
            self._complain("written", error)

    def _complain(self, what: str, error: sqlite3.Error) -> None:
        self._warn(f"the cache {self.path} cannot be {what} ({error}); the audit goes on without it")

    def close(self) -> None:
        """Close the file."""
        self._database.close()


def open_cache(folder: str, version: str, warn: Warn) -> Cache | None:
    """The cache in a folder; None, after a warning, if it cannot be had."""
    place = Path(folder)
    path = place / f"{_PREFIX}{version}.sqlite3"
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = not path.exists()
        if not fresh and path.stat().st_size > _MOST_BYTES:
            path.unlink()
        cache = _open_or_replace(path, warn)
    except (OSError, sqlite3.Error) as error:
        warn(f"the cache {path} cannot be used ({error}); the audit goes on without it")
        return None
    if fresh:
        _forget_others(place, path)
    return cache


def _open_or_replace(path: Path, warn: Warn) -> Cache:
    try:
        return Cache(str(path), warn)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise
        path.unlink()  # not a database any more
        return Cache(str(path), warn)


def _open(path: str) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=10)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = OFF")  # a lost entry is recomputed
    database.executescript(_SCHEMA)
    return database


def _forget_others(place: Path, path: Path) -> None:
    """Delete caches of other versions, all but the newest few."""
    others = sorted(place.glob(f"{_PREFIX}*.sqlite3"), key=lambda other: other.stat().st_mtime, reverse=True)
    for other in [other for other in others if other != path][_KEPT:]:
        for name in (other, Path(f"{other}-wal"), Path(f"{other}-shm")):
            with contextlib.suppress(OSError):
                name.unlink()
