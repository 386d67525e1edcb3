"""Answers to questions that may lead back to themselves, as modules that import one another by globs do."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Answer = TypeVar("Answer")
Other = TypeVar("Other")

_NEVER = sys.maxsize


class Cycles(Generic[Key, Answer]):
    """Keeps answers. A question that is asked again while it is open is answered with nothing.

    An answer that leaned on such an end is kept only if the whole cycle was walked below it: `_active` are the open
    questions with their depths, `_cut` is the least depth of one that was met again. A question that found nothing
    because it led back to an open one has nothing for as long as that one is open (`_empty_until` its depth): asked once
    more on every way there, a crate whose modules all import one another takes for ever.
    """

    def __init__(self, nothing: Answer) -> None:
        self._nothing = nothing
        self._known: dict[Key, Answer] = {}
        self._active: dict[Key, int] = {}
        self._cut = _NEVER
        self._empty_until: dict[Key, int] = {}
        self._waiting: dict[int, list[Key]] = {}

    @property
    def is_open(self) -> bool:
        """Whether a question is open, so that an answer given now may not be the last word."""
        return bool(self._active)

    def ask(self, key: Key, find: Callable[[], Answer]) -> Answer:
        """The kept answer, or a new one."""
        known = self._known.get(key)
        if known is not None:
            return known
        open_at = self._active.get(key, self._empty_until.get(key, _NEVER))
        if open_at != _NEVER:
            self._cut = min(self._cut, open_at)
            return self._nothing
        depth = self._active[key] = len(self._active)
        found, cut = self.whole(find)
        del self._active[key]
        if found or cut >= depth:
            self._known[key] = found
        self._close(key, depth, cut, found=bool(found))
        return found

    def whole(self, find: Callable[[], Other]) -> tuple[Other, int]:
        """An answer, with the least depth of an open question that it led back to."""
        outer, self._cut = self._cut, _NEVER
        found = find()
        cut = self._cut
        self._cut = min(outer, cut)
        return found, cut

    def is_whole(self, cut: int) -> bool:
        """Whether what led back to that depth led back to no question that is open now."""
        return cut >= len(self._active)

    def _close(self, key: Key, depth: int, cut: int, *, found: bool) -> None:
        """Settle the questions that found nothing because they led back to this one."""
        waiting = self._waiting.pop(depth, [])
        for each in waiting:
            del self._empty_until[each]
        if found:
            return
        if cut >= depth:
            self._known.update(dict.fromkeys(waiting, self._nothing))
            return
        waiting.append(key)
        self._empty_until.update(dict.fromkeys(waiting, cut))
        self._waiting.setdefault(cut, []).extend(waiting)
