"""Flows as text: a column per thread for an interleaving, a numbered list for a chain of calls."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from itertools import zip_longest

from scrutineer.model.finding import Flow, FlowStep
from scrutineer.report.escape import cells, for_terminal

_NARROWEST = 24
_SEPARATOR = " │ "


def threads_of(flow: Flow) -> list[str]:
    """Names of the threads that take part, in order of first appearance."""
    return list(dict.fromkeys(step.thread for step in flow.steps))


def shown_flows(flows: tuple[Flow, ...]) -> tuple[Flow, ...]:
    """What text shows: where an interleaving is given, the single threads would only repeat it."""
    if any(flow.kind == "merged" for flow in flows):
        return tuple(flow for flow in flows if flow.kind != "thread")
    return flows


def flow_lines(flow: Flow, width: int) -> Iterator[str]:
    """The lines of one flow, at most `width` cells each where words allow it."""
    threads = threads_of(flow)
    if flow.kind == "merged" and len(threads) > 1:
        yield from _table(flow, threads, width)
        return
    if flow.thread:
        yield f"thread {for_terminal(flow.thread)}:"
    for number, step in enumerate(flow.steps, start=1):
        yield f"{number:>3}. {_place(step)}: {for_terminal(step.message)}{_locks(step)}"


def _table(flow: Flow, threads: list[str], width: int) -> Iterator[str]:
    column = max(_NARROWEST, (width - 4 - len(_SEPARATOR) * (len(threads) - 1)) // len(threads))
    yield _row("", [[for_terminal(name)] for name in threads], column)[0]
    yield "    " + _SEPARATOR.join("─" * column for _ in threads)
    for number, step in enumerate(flow.steps, start=1):
        parts = (for_terminal(step.message) + _locks(step), _place(step))
        words = [line for part in parts for line in textwrap.wrap(part, column)]
        yield from _row(str(number), [words if step.thread == name else [] for name in threads], column)


def _row(number: str, columns: list[list[str]], width: int) -> list[str]:
    lines = []
    for index, parts in enumerate(zip_longest(*columns, fillvalue="")):
        head = f"{number if index == 0 else '':>3} "
        lines.append((head + _SEPARATOR.join(_padded(part, width) for part in parts)).rstrip())
    return lines


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cells(text))


def _locks(step: FlowStep) -> str:
    return f" [holds {', '.join(map(for_terminal, step.locks))}]" if step.locks else ""


def _place(step: FlowStep) -> str:
    return f"{for_terminal(step.path)}:{step.start.line}"
