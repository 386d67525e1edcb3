"""A schedule as a picture: a lifeline per thread, time downwards, locks as bars, the clash in red."""

from __future__ import annotations

import itertools
import textwrap
from html import escape

import msgspec

from scrutineer.explore.show.rows import Row, Table, table
from scrutineer.explore.show.text import printable, quoted
from scrutineer.explore.verdict import Verdict

COLUMN, MARGIN, LINE = 300, 24, 17
CHARACTERS = 36
"""How many characters of the 12-pixel monospaced font fit into a column's box."""

_STYLE = (
    "text{font-family:ui-monospace,'DejaVu Sans Mono',monospace;font-size:12px;fill:#1f2430}"
    ".title{font-size:15px;font-weight:bold}.small{fill:#59606e}"
    ".life{stroke:#b9bfcc;stroke-width:1.5;stroke-dasharray:4 4}"
    ".box{fill:#f4f6fa;stroke:#8a93a6}.clash{fill:#fdecec;stroke:#c62828;stroke-width:2}"
    ".link{stroke:#c62828;stroke-width:2;stroke-dasharray:3 3}.head{fill:#dfe6f5;stroke:#5b6b8c}"
    ".lock{fill:#e0a92e}.background{fill:#ffffff}"
)


class _Box(msgspec.Struct, frozen=True):
    """A box of one row: where it stands and what it says."""

    column: int
    top: int
    lines: tuple[str, ...]
    clash: bool

    @property
    def height(self) -> int:
        """The height in pixels."""
        return LINE * len(self.lines) + 12


def svg(verdict: Verdict) -> str:
    """Return a picture that stands alone; without a schedule it shows the verdict only."""
    shown = table(verdict.steps)
    columns = {number: i for i, (number, _) in enumerate(shown.threads)}
    width = max(2, len(columns)) * COLUMN + 2 * MARGIN + 190
    head = _head(verdict, width)
    top = 32 + LINE * len(head) + 30
    boxes, held, bottom = _place(shown, columns, top + 30)
    foot = _foot(verdict, width)
    height = bottom + LINE * len(foot) + 2 * MARGIN
    parts = [
        _opening(width, height, verdict.kind),
        f"<style>{_STYLE}</style>",
        f'<rect class="background" width="{width}" height="{height}"/>',
        *[_text(MARGIN, 32 + LINE * i, line, kind) for i, (line, kind) in enumerate(head)],
    ]
    parts += _lifelines(shown, columns, top, bottom)
    parts += _lock_bars(shown, boxes, columns, bottom)
    parts += [part for box in boxes for part in _drawn(box)]
    parts += _links(boxes)
    if shown.rows:
        parts.append(_text(MARGIN + len(columns) * COLUMN + 8, top - 6, "locks held", "small"))
    parts += [_text(MARGIN + len(columns) * COLUMN + 8, top + 20, text, "small") for top, text in held]
    parts += [_text(MARGIN, bottom + MARGIN + LINE * i, line, "small") for i, line in enumerate(foot)]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _head(verdict: Verdict, width: int) -> list[tuple[str, str]]:
    """Return the lines above the picture with their styles."""
    lines = [(line, "title") for line in textwrap.wrap(f"{verdict.kind}: {verdict.message}", width // 10)]
    if verdict.contract:
        sentence = f"contract: {quoted(verdict.contract)}"
        lines += [(line, "small") for line in textwrap.wrap(sentence, width // 8)]
    return lines


def _opening(width: int, height: int, label: str) -> str:
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{escape(label)}">'


def _place(shown: Table, columns: dict[int, int], top: int) -> tuple[list[_Box], list[tuple[int, str]], int]:
    """Return the boxes, the notes on held locks, and where the next row would begin."""
    boxes: list[_Box] = []
    held = []
    for row in shown.rows:
        in_row = [_box(row, thread, columns[thread], top) for thread in row.cells]
        boxes += in_row
        held += [(top + LINE * i, part) for i, part in enumerate(row.held.split("   "))]
        notes = LINE * len(row.held.split("   "))
        top += max(notes, *(box.height for box in in_row)) + 12
    return boxes, held, top


def _box(row: Row, thread: int, column: int, top: int) -> _Box:
    text = row.cells[thread].removeprefix(">> ")
    return _Box(column, top, tuple(textwrap.wrap(text, CHARACTERS)) or ("",), row.clash)


def _text(x: int, y: int, text: str, kind: str = "") -> str:
    style = f' class="{kind}"' if kind else ""
    return f'<text x="{x}" y="{y}"{style} xml:space="preserve">{escape(printable(text))}</text>'


def _lifelines(shown: Table, columns: dict[int, int], top: int, bottom: int) -> list[str]:
    parts = []
    for number, name in shown.threads:
        left = MARGIN + columns[number] * COLUMN
        middle = left + COLUMN // 2 - 8
        parts.append(f'<line class="life" x1="{middle}" y1="{top}" x2="{middle}" y2="{bottom}"/>')
        parts.append(
            f'<rect class="head" x="{left}" y="{top - 26}" width="{COLUMN - 16}" height="30" rx="4"/>'
        )
        parts.append(_text(left + 10, top - 6, f"T{number} {name}"[:CHARACTERS]))
    return parts


def _lock_bars(shown: Table, boxes: list[_Box], columns: dict[int, int], bottom: int) -> list[str]:
    """Draw a bar beside each row after which the column's thread holds a lock."""
    tops = sorted({box.top for box in boxes})
    parts = []
    for row, top, following in zip(shown.rows, tops, (*tops, bottom)[1:], strict=True):
        for part in row.held.split("   "):
            tag, _, locks = part.partition(": ")
            if tag[1:].isdecimal() and int(tag[1:]) in columns and locks != "nothing":
                left = MARGIN + columns[int(tag[1:])] * COLUMN - 9
                parts.append(
                    f'<rect class="lock" x="{left}" y="{top}" width="5" height="{following - top}"/>'
                )
    return parts


def _drawn(box: _Box) -> list[str]:
    left = MARGIN + box.column * COLUMN
    kind = "clash" if box.clash else "box"
    lines = [_text(left + 8, box.top + 18 + LINE * i, line) for i, line in enumerate(box.lines)]
    size = f'width="{COLUMN - 16}" height="{box.height}"'
    return [f'<rect class="{kind}" x="{left}" y="{box.top}" {size} rx="4"/>', *lines]


def _links(boxes: list[_Box]) -> list[str]:
    """Red lines between the boxes that clash."""
    clash = sorted((box for box in boxes if box.clash), key=lambda box: box.column)
    return [
        f'<line class="link" x1="{MARGIN + (one.column + 1) * COLUMN - 16}" y1="{one.top + 14}" '
        f'x2="{MARGIN + other.column * COLUMN}" y2="{other.top + 14}"/>'
        for one, other in itertools.pairwise(clash)
    ]


def _foot(verdict: Verdict, width: int) -> list[str]:
    lines = []
    if verdict.consequence:
        lines.append(f"what follows: {verdict.consequence.message}")
    if verdict.counterexample:
        lines += [f"before: {line}" for line in verdict.lists_before]
        lines += [f"here:   {line}" for line in verdict.lists_after]
    sizes = ", ".join(f"{bound.name} {bound.value}" for bound in verdict.bounds)
    lines.append(
        f"bounds: {sizes or 'those of the model'}; {verdict.states:,} states; replay {verdict.replay or '-'}"
    )
    lines.append(f"{verdict.note[0].upper()}{verdict.note[1:]}." if verdict.steps else f"{verdict.message}.")
    return [part for line in lines for part in textwrap.wrap(line, (width - 2 * MARGIN) // 8)]
