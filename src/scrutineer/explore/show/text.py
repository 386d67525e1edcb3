"""A verdict as plain text for a terminal."""

from __future__ import annotations

import itertools
import textwrap

from scrutineer.explore.show.rows import Table, table
from scrutineer.explore.steps import Contract
from scrutineer.explore.verdict import Verdict, VerdictKind

WIDTH = 110


def verdict_text(verdict: Verdict, fixed: Verdict | None = None) -> str:
    """Return the whole text; `fixed` is the verdict of the repaired variant, if there is one."""
    lines = _head(verdict)
    if verdict.steps:
        shown = table(verdict.steps)
        lines += ["", *_table(shown)]
        if any(row.clash for row in shown.rows):
            lines += ["", f"locks held there: {shown.rows[-1].held}"]
        idle = [name for name in verdict.threads if name not in dict(shown.threads).values()]
        if idle:
            lines.append(f"not needed: {', '.join(idle)}")
    lines += [
        f"  {edge.thread} takes {edge.taken} while it holds {edge.held} ({edge.at})" for edge in verdict.cycle
    ]
    lines += _consequence(verdict)
    lines += _lists(verdict)
    if verdict.counterexample and (verdict.fix or fixed):
        lines += ["", f"the fix: {verdict.fix or 'see the fixed variant'}"]
        if fixed:
            lines.append(f"with it: {fixed.kind}: {fixed.message} ({_extent(fixed)})")
    lines += ["", f"bounds: {_extent(verdict)}"]
    if verdict.sequentially_consistent_only:
        lines.append("sequentially consistent only: the threads synchronise by more than locks")
    if verdict.replay:
        lines += [f"replay: {verdict.replay}", f"This is {verdict.note}."]
    return printable("\n".join(lines)) + "\n"


def printable(text: str) -> str:
    """Return the text without characters that steer a terminal."""
    return "".join(c if c.isprintable() or c == "\n" else f"\\x{ord(c):02x}" for c in text)


def _head(verdict: Verdict) -> list[str]:
    lines = [f"{verdict.kind}: {verdict.message}"]
    if verdict.contract:
        lines.append(f"contract: {quoted(verdict.contract)}")
    return lines


def quoted(contract: Contract) -> str:
    """Return the sentence in quotes with its place."""
    return f'"{contract.sentence}"' + (f" ({contract.source})" if contract.source else "")


def _extent(verdict: Verdict) -> str:
    sizes = ", ".join(f"{bound.name} {bound.value}" for bound in verdict.bounds)
    where = {"synchronisation": "switching at synchronisation", "access": "switching at every access"}
    how = where.get(verdict.granularity, "one schedule run again")
    threads = f"threads {len(verdict.threads)}"
    return ", ".join(part for part in (sizes, threads, f"states {verdict.states:,}", how) if part)


def _table(shown: Table) -> list[str]:
    held_width = max([len("held"), *(len(row.held) for row in shown.rows)])
    column = max(18, (WIDTH - min(held_width, 40)) // max(1, len(shown.threads)) - 2)
    column = min(column, max([24, *(len(text) for row in shown.rows for text in row.cells.values())]))
    heads = [f"T{number} {name}" for number, name in shown.threads]
    lines = ["  ".join([*(head[:column].ljust(column) for head in heads), "held"]).rstrip()]
    for row in shown.rows:
        cells = [
            textwrap.wrap(row.cells.get(number, ""), column, subsequent_indent="   " if row.clash else "  ")
            for number, _ in shown.threads
        ]
        columns = [*cells, textwrap.wrap(row.held, max(40, WIDTH - column * len(cells)))]
        lines += [
            "  ".join([*(part.ljust(column) for part in parts[:-1]), parts[-1]]).rstrip()
            for parts in itertools.zip_longest(*columns, fillvalue="")
        ]
    return lines


def _consequence(verdict: Verdict) -> list[str]:
    found = verdict.consequence
    if found is None:
        return []
    lines = ["", f"what follows, {len(found.steps)} steps later: {found.message}"]
    for row in table(found.steps, 6).rows:
        for thread, text in row.cells.items():
            lines += textwrap.wrap(text, WIDTH, initial_indent=f"  T{thread}: ", subsequent_indent="      ")
    return lines


def _lists(verdict: Verdict) -> list[str]:
    if not verdict.lists_before or not verdict.counterexample:
        return []
    where = "at the race" if verdict.kind is VerdictKind.RACE else "in the end"
    lines = ["", "before:", *(f"  {line}" for line in verdict.lists_before)]
    lines += [f"{where}:", *(f"  {line}" for line in verdict.lists_after)]
    if verdict.consequence and verdict.consequence.lists:
        lines += ["after it:", *(f"  {line}" for line in verdict.consequence.lists)]
    return lines
