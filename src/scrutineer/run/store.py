"""Facts of this run: in the cache if there is one, else in a private file, else in memory."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import cache
from pathlib import Path

import msgspec

from scrutineer.model.file import FileFacts
from scrutineer.run.cache import Cache, Entry, Warn
from scrutineer.run.job import Summary


class Fresh(msgspec.Struct, frozen=True, gc=False):
    """Facts of a file that was just read: packed for other processes and later runs, or whole for this one."""

    key: str
    summary: Summary
    packed: bytes = b""
    facts: FileFacts | None = None


class Store:
    """Facts by key. `small`: they stay in memory, as records; else only packed, in a file."""

    def __init__(self, cache: Cache | None, *, small: bool) -> None:
        self._cache = cache
        self._whole: dict[str, FileFacts] = {}
        self.keeps_whole = small
        self.keeps_packed = cache is not None

    @property
    def path(self) -> str:
        """The file that a worker opens; "" if this store is in memory."""
        return self._cache.path if self._cache is not None else ""

    def summaries(self, keys: Iterable[str]) -> dict[str, Summary]:
        """Summaries of those keys that are known; one that does not decode counts as unknown."""
        found: dict[str, Summary] = {}
        if self._cache is not None:
            for key, packed in self._cache.summaries(keys).items():
                with suppress(msgspec.DecodeError):
                    found[key] = _summary_decoder().decode(packed)
        return found

    def put(self, fresh: Iterable[Fresh]) -> None:
        """Keep facts."""
        kept = list(fresh)
        self._whole.update((one.key, one.facts) for one in kept if one.facts is not None)
        if self._cache is not None:
            pack = msgspec.msgpack.encode
            self._cache.put_facts(Entry(one.key, pack(one.summary), one.packed) for one in kept)

    def load(self, wanted: dict[str, str]) -> Iterator[FileFacts]:
        """Facts by path → key, each under its own path. What does not decode is left out."""
        paths: dict[str, list[str]] = {}
        for path, key in wanted.items():
            paths.setdefault(key, []).append(path)
        for key, facts in self._found(list(paths)):
            yield from (_under(facts, path) for path in paths[key])

    def _found(self, keys: list[str]) -> Iterator[tuple[str, FileFacts]]:
        yield from ((key, self._whole[key]) for key in keys if key in self._whole)
        missing = [key for key in keys if key not in self._whole]
        if self._cache is not None and missing:
            for key, packed in self._cache.facts(missing):
                with suppress(msgspec.DecodeError):
                    yield key, _facts_decoder().decode(packed)


def _under(facts: FileFacts, path: str) -> FileFacts:
    """The same facts under another path: equal files share an entry."""
    return facts if facts.path == path else msgspec.structs.replace(facts, path=path)


@cache
def _facts_decoder() -> msgspec.msgpack.Decoder[FileFacts]:
    return msgspec.msgpack.Decoder(FileFacts)


@cache
def _summary_decoder() -> msgspec.msgpack.Decoder[Summary]:
    return msgspec.msgpack.Decoder(Summary)


_OPEN: dict[tuple[int, str], Store] = {}


@contextmanager
def opened_store(cache: Cache | None, warn: Warn, *, small: bool) -> Iterator[Store]:
    """The store of a run. `small`: one process does it all, and memory can hold all facts at once."""
    with ExitStack() as stack:
        if cache is None and not small:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="scrutineer-"))
            cache = stack.enter_context(closing(Cache(str(Path(folder) / "facts.sqlite3"), warn)))
        store = Store(cache, small=small)
        _OPEN[os.getpid(), store.path] = store
        stack.callback(_OPEN.pop, (os.getpid(), store.path))
        yield store


def store_at(path: str) -> Store:
    """The store of that file in this process: a connection must not be shared with a forked parent."""
    key = (os.getpid(), path)
    if key not in _OPEN:
        _OPEN[key] = Store(Cache(path, _unheard, writable=False), small=False)
    return _OPEN[key]


def _unheard(warning: str) -> None:
    """A worker has nobody to warn; what it cannot load it reads again."""
