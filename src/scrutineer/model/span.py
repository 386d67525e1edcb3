"""Where something stands in a file: byte offsets, and their translation into lines and columns."""

from __future__ import annotations

import re
from bisect import bisect_right

import msgspec

_NEWLINE = re.compile(rb"\n")
_WIDE = re.compile(rb"[\xc0-\xff][\x80-\xbf]*")


class Span(msgspec.Struct, frozen=True, array_like=True, gc=False, order=True):
    """Half-open range of bytes `[start, end)` of a file.

    `path` is empty where the file is the one of the record that holds the span. It is set where text comes
    from somewhere else: a token of a macro definition in another file.
    """

    start: int
    end: int
    path: str = ""

    def covers(self, other: Span) -> bool:
        """Whether the other span lies wholly inside this one, in the same file."""
        return self.path == other.path and self.start <= other.start and other.end <= self.end


class Position(msgspec.Struct, frozen=True, gc=False, order=True):
    """A place for a person: line and column, both from 1; columns count Unicode code points.

    Part of the published JSON, hence an object there and not an array.
    """

    line: int
    column: int


class LineTable(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Line starts of one file, and the characters that take more than one byte.

    `wide` holds, per such character, the offset of its first byte and how many bytes follow it.
    """

    starts: tuple[int, ...]
    wide: tuple[tuple[int, int], ...] = ()

    def line(self, offset: int) -> int:
        """Line number (from 1) of a byte offset."""
        return bisect_right(self.starts, offset)

    def position(self, offset: int) -> Position:
        """Line and column of a byte offset."""
        line = bisect_right(self.starts, offset)
        start = self.starts[line - 1]
        column = offset - start
        if self.wide:
            first = bisect_right(self.wide, (start, -1))
            last = bisect_right(self.wide, (offset, -1))
            column -= sum(min(extra, offset - at - 1) for at, extra in self.wide[first:last])
        return Position(line, column + 1)


class Location(msgspec.Struct, frozen=True, gc=False, order=True):
    """A span in words that survive the file: path relative to the target, first and last position."""

    path: str
    start: Position
    end: Position


def line_table(text: bytes) -> LineTable:
    """Build the table of a file; offsets are into exactly these bytes."""
    starts = (0, *(newline.end() for newline in _NEWLINE.finditer(text)))
    if text.isascii():
        return LineTable(starts)
    wide = [(start, end - start - 1) for start, end in (found.span() for found in _WIDE.finditer(text))]
    return LineTable(starts, tuple(wide))
