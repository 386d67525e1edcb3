"""Text for a terminal, in the manner of rustc: what, where, the line with a caret, what would help."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from scrutineer.model.finding import LEVELS, Coverage, Finding, Report
from scrutineer.model.span import Position
from scrutineer.report.escape import for_terminal
from scrutineer.report.flows import flow_lines, shown_flows
from scrutineer.report.rendering import Rendering
from scrutineer.report.snippet import Sources

_RESET = "\x1b[0m"
_BOLD = "\x1b[1m"
_FRAME = "\x1b[1;34m"
_COLORS = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m", "note": "\x1b[1;32m"}
_LONGEST_LIST = 20  # files that were not read, by name


def render(report: Report, rendering: Rendering) -> str:
    """All findings, what was not read, and a summary."""
    text = _Text(rendering)
    blocks = ["\n".join(text.finding(finding)) for finding in report.findings]
    blocks.append("\n".join(text.summary(report)))
    return "\n\n".join(blocks) + "\n"


class _Text:
    """Writes with or without colour."""

    def __init__(self, rendering: Rendering) -> None:
        self._rendering = rendering
        self._sources = Sources(rendering.read)

    def finding(self, finding: Finding) -> Iterator[str]:
        """One finding with its places, flows and help."""
        color = _COLORS[finding.level]
        head = self._paint(f"{finding.level}[{finding.rule}]", color)
        yield f"{head}{self._paint(f': {for_terminal(finding.message)}', _BOLD)}"
        yield from self._place(finding.path, finding.start, finding.end, color)
        for flow in shown_flows(finding.flows):
            title = "one interleaving" if flow.kind == "merged" else "how it gets there"
            yield f"   {self._paint('=', _FRAME)} {self._paint(title, _BOLD)}:"
            yield from (f"     {line}" for line in flow_lines(flow, self._rendering.width - 5))
        yield self._remark("in", f"`{for_terminal(finding.item)}`")
        if finding.note:
            yield self._remark("help", for_terminal(finding.note))
        for related in finding.related:
            yield f"{self._paint('note', _COLORS['note'])}: {for_terminal(related.message)}"
            yield from self._place(related.path, related.start, related.end, _FRAME)

    def summary(self, report: Report) -> Iterator[str]:
        """Counts, and whatever keeps silence from meaning that all is well."""
        yield from self._unread(report.coverage)
        counts = Counter(finding.level for finding in report.findings)
        parts = [_counted(counts[level], level) for level in reversed(LEVELS) if counts[level]]
        found = ", ".join(parts) if parts else "no findings"
        inventory, coverage = report.inventory, report.coverage
        yield (
            f"{self._paint(found, _BOLD)} in {_counted(coverage.read, 'file')} "
            f"({_counted(inventory.unsafe_blocks, 'unsafe block')}, "
            f"{_counted(inventory.code_lines, 'line')} of code)"
        )
        if self._rendering.hidden:
            yield f"{_counted(self._rendering.hidden, 'note')} not shown: --persona auditor"

    def _unread(self, coverage: Coverage) -> Iterator[str]:
        for unread in coverage.not_read[:_LONGEST_LIST]:
            head = self._paint("not read", _COLORS["warning"])
            yield f"{head}: {for_terminal(unread.path)}: {for_terminal(unread.why)}"
        if len(coverage.not_read) > _LONGEST_LIST:
            yield f"… and {_counted(len(coverage.not_read) - _LONGEST_LIST, 'other file')} not read"
        if coverage.with_errors:
            yield f"{_counted(coverage.with_errors, 'file')} read only in part: the rest holds what does not parse"

    def _place(self, path: str, start: Position, end: Position, color: str) -> Iterator[str]:
        margin = len(str(start.line))
        arrow = self._paint("-->", _FRAME)
        yield f"{' ' * margin}{arrow} {for_terminal(path)}:{start.line}:{start.column}"
        snippet = self._sources.snippet(path, start, end)
        if snippet is None:
            return
        bar = self._paint("|", _FRAME)
        yield f"{' ' * margin} {bar}"
        yield f"{self._paint(str(start.line), _FRAME)} {bar} {snippet.text}"
        yield f"{' ' * margin} {bar} {' ' * snippet.start}{self._paint('^' * snippet.width, color)}"

    def _remark(self, title: str, text: str) -> str:
        return f"   {self._paint('=', _FRAME)} {self._paint(title, _BOLD)}: {text}"

    def _paint(self, text: str, color: str) -> str:
        return f"{color}{text}{_RESET}" if self._rendering.color else text


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
