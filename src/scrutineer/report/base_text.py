"""Trusted bases as text, as a graph, and as a table of modules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scrutineer.cases.cases import NamedBase
from scrutineer.cases.review_lines import ModuleLines
from scrutineer.report.case_page import entry_line
from scrutineer.report.escape import for_terminal


def base_text(bases: Sequence[NamedBase]) -> str:
    """Each base with its items, why they are in it, size and hash."""
    return "\n".join(for_terminal(line) for named in bases for line in _lines(named)) + "\n"


def _lines(named: NamedBase) -> Iterator[str]:
    base = named.base
    yield f"{named.item}: {len(base.entries)} items, {base.lines} lines, {base.digest}"
    yield from (f"  {entry_line(entry)}" for entry in base.entries)
    yield from (f"  {field} can be written by any crate: no base is large enough" for field in base.world)


def base_graph(bases: Sequence[NamedBase]) -> str:
    """The same in Graphviz's language: sites or fields, the fields they read, who can change those."""
    edges: dict[str, None] = {}
    for named in bases:
        for entry in named.base.entries:
            fields = [field for field in entry.field.split(", ") if field]
            for field in fields:
                if not named.item.endswith(f"::{field}"):
                    edges.setdefault(f"{_quoted(named.item)} -> {_quoted(field)};")
                edges.setdefault(f"{_quoted(field)} -> {_quoted(entry.item)};")
            if not fields:
                label = _quoted(entry.reason)
                edges.setdefault(f"{_quoted(named.item)} -> {_quoted(entry.item)} [label={label}];")
    lines = ["digraph base {", "  rankdir=LR;", "  node [shape=box];", *(f"  {edge}" for edge in edges), "}"]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    escaped = for_terminal(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def module_table(rows: Sequence[ModuleLines]) -> str:
    """One line per module: lines to review because of unsafe, beside lines that are unsafe."""
    head = ("to review", "unsafe lines", "code lines", "sites", "module")
    cells = [
        head,
        *(
            (
                *(f"{n:,}" for n in (row.review_lines, row.unsafe_lines, row.code_lines, row.sites)),
                for_terminal(row.module),
            )
            for row in rows
        ),
    ]
    widths = [max(len(row[at]) for row in cells) for at in range(4)]
    lines = ("  ".join([*(row[at].rjust(widths[at]) for at in range(4)), row[4]]) for row in cells)
    return "\n".join(lines) + "\n"
