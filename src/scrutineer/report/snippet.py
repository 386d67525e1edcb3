"""A source line with a caret under what is meant, as rustc shows it."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from scrutineer.model.span import Position
from scrutineer.report.escape import cells, for_terminal

_LONGEST = 150  # characters of a source line that are shown
_BEFORE = 40  # of these, at most so many before the place that is meant


class Snippet(msgspec.Struct, frozen=True):
    """A line made harmless, and where the carets go, in terminal cells from 0."""

    text: str
    start: int
    width: int


class Sources:
    """Lines of audited files, each file read and split once."""

    def __init__(self, read: Callable[[str], bytes]) -> None:
        self._read = read
        self._lines: dict[str, list[bytes]] = {}

    def line(self, path: str, number: int) -> str | None:
        """One line without its end; `None` if the file cannot be read or is shorter."""
        if path not in self._lines:
            try:
                self._lines[path] = self._read(path).split(b"\n")
            except OSError:
                self._lines[path] = []
        lines = self._lines[path]
        if number > len(lines):
            return None
        return lines[number - 1].removesuffix(b"\r").decode(errors="replace")

    def snippet(self, path: str, start: Position, end: Position) -> Snippet | None:
        """The first line of a place; a place that goes on below is marked to the end of its first line."""
        line = self.line(path, start.line)
        if line is None:
            return None
        first = min(start.column - 1, len(line))
        last = end.column - 1 if end.line == start.line else len(line.rstrip())
        return _cut(line, first, max(min(last, len(line)), first))


def _cut(line: str, first: int, last: int) -> Snippet:
    """Show at most `_LONGEST` characters, the place among them; `…` stands for what is left out."""
    begin = 0 if len(line) <= _LONGEST else max(0, min(first - _BEFORE, len(line) - _LONGEST))
    end = min(begin + _LONGEST, len(line))
    left, right = ("…" if begin else ""), ("…" if end < len(line) else "")
    before = left + for_terminal(line[begin:first])
    meant = for_terminal(line[first : min(last, end)])
    text = before + meant + for_terminal(line[min(last, end) : end]) + right
    return Snippet(text, cells(before), max(cells(meant), 1))
