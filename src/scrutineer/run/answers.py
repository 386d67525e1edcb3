"""What earlier runs said of a crate, for as long as nothing changes that it was said about.

An answer rests on the crate's own files, on how it is built and checked, and on what the crate sees of those it
depends on. That is their text without the bodies of functions, so that an edit inside a body of `kernel` leaves the
drivers alone; unless the answer went into bodies there or names a place there, then it is all of their text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import msgspec

from scrutineer.run.cache import Cache
from scrutineer.run.checking import Checkable, Checked
from scrutineer.run.loading import Source


class _Keys(msgspec.Struct, frozen=True):
    """Names of a crate's answer: of one that rests on what others show, and of one that rests on all of them."""

    shown: str
    whole: str


class Answers:
    """Answers by crate. Without a cache nothing is known and nothing is kept."""

    def __init__(self, cache: Cache | None) -> None:
        self._cache = cache
        self._digests: dict[tuple[int, str], tuple[str, str]] = {}

    def known(self, crates: Iterable[Checkable]) -> tuple[list[Checked], list[Checkable]]:
        """Answers that still hold, and the crates that must be checked."""
        wanted = list(crates)
        if self._cache is None:
            return [], wanted
        keys = [self._keys(crate) for crate in wanted]
        packed = dict(self._cache.crates(name for each in keys for name in (each.shown, each.whole)))
        found: list[Checked] = []
        fresh: list[Checkable] = []
        for crate, each in zip(wanted, keys, strict=True):
            answer = _decoded(packed.get(each.shown) or packed.get(each.whole))
            if answer is None:
                fresh.append(crate)
            else:
                found.append(msgspec.structs.replace(answer, job=crate.job, order=crate.order))
        return found, fresh

    def keep(self, answers: Iterable[tuple[Checkable, Checked]]) -> None:
        """Keep answers for later runs; a failure may not happen again."""
        if self._cache is not None:
            encode = msgspec.msgpack.encode
            self._cache.put_crates(
                (keys.whole if answer.outside else keys.shown, encode(answer))
                for keys, answer in ((self._keys(crate), answer) for crate, answer in answers)
                if not answer.failed
            )

    def _keys(self, crate: Checkable) -> _Keys:
        near = sorted(crate.near.items())
        own = (
            crate.source.identity,
            [(file.path, file.mark) for file in crate.source.files],
            crate.edges,
            crate.kernel,
            crate.select,
            crate.ignore,
            crate.cases,
        )
        digests = [self._of(crate.job, root, source) for root, source in near]
        return _Keys(*(_digest((own, [each[way] for each in digests])) for way in (0, 1)))

    def _of(self, job: int, root: str, source: Source) -> tuple[str, str]:
        """Digests of a crate that others depend on: of what it shows, and of all."""
        if (job, root) not in self._digests:
            self._digests[job, root] = (_digest((source.unit, source.shown)), _digest(source.identity))
        return self._digests[job, root]


def _digest(value: object) -> str:
    return hashlib.blake2b(msgspec.msgpack.encode(value), digest_size=16).hexdigest()


def _decoded(packed: bytes | None) -> Checked | None:
    if packed is None:
        return None
    try:
        return msgspec.msgpack.decode(packed, type=Checked)
    except msgspec.DecodeError:
        return None  # computed again, and then overwritten
