"""A safety case as a page that a reviewer reads in a minute."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from scrutineer.model.case import BaseEntry, Obligation, SafetyCase, Status, Testimony
from scrutineer.model.span import Location
from scrutineer.report.escape import for_terminal

_MARKS: dict[Status, str] = {
    "discharged": "met",
    "delegated": "asked of the caller",
    "claimed": "only claimed",
    "contradicted": "CONTRADICTED",
    "open": "OPEN",
}
_WIDTH = 108
_SHOWN = 12  # entries of a base


def case_page(case: SafetyCase, source: str, first_line: int) -> str:
    """Operation, source, obligations with evidence, claims with verdicts, base, and what is left to ask."""
    site = case.site
    lines = [
        f"{site.id}",
        f"  {_place(site.location)}: {_cut(case.operation)}",
        f"  {case.why_unsafe}{f'; calls {site.callee}' if site.callee else ''}; {_verdict(case)}",
        "",
        *_source(case, source, first_line),
        "",
        "What must hold",
        *(line for each in case.obligations for line in _obligation(each)),
        "",
        "What the comment says",
        *(line for each in case.claims for line in _claim(each)),
        *([] if case.claims else ["  there is no comment"]),
        "",
        *_base(case),
        *_questions(case),
    ]
    return "\n".join(for_terminal(line) for line in lines) + "\n"


def open_questions(case: SafetyCase) -> list[Obligation]:
    """Obligations that the code does not answer, the contradicted ones first."""
    order = {"contradicted": 0, "open": 1, "claimed": 2}
    return sorted((o for o in case.obligations if o.status in order), key=lambda o: order[o.status])


def _verdict(case: SafetyCase) -> str:
    if case.settled:
        return "settled"
    left = len(open_questions(case))
    return f"not settled: {left} of {len(case.obligations)} obligations left"


def _source(case: SafetyCase, source: str, first_line: int) -> Iterator[str]:
    start, end = case.site.location.start.line, case.site.location.end.line
    for number, line in enumerate(source.splitlines(), first_line):
        if start - 14 <= number <= end + 3:
            yield f"  {number:5} {'>' if start <= number <= end else ' '} {line}"


def _obligation(each: Obligation) -> Iterator[str]:
    condition = f" (if {each.condition})" if each.condition else ""
    yield from _wrapped(f"  [{_MARKS[each.status]}] {each.property}: {each.requirement}{condition}", "      ")
    for evidence in each.evidence:
        yield from _wrapped(
            f"      {evidence.kind}, {_place(evidence.location)}: {evidence.text}", "        "
        )
    if each.contradiction:
        yield from _wrapped(f"      but {each.contradiction}", "        ")


def _claim(each: Testimony) -> Iterator[str]:
    reason = f": {each.reason}" if each.reason else ""
    yield from _wrapped(
        f'  [{each.verdict}] {each.claim.kind}: "{_flat(each.claim.words)}"{reason}', "      "
    )


def _base(case: SafetyCase) -> Iterator[str]:
    base = case.base
    if not base.entries and not base.world:
        return
    yield f"What it rests on: {len(base.entries)} items, {base.lines} lines, {base.digest}"
    for entry in base.entries[:_SHOWN]:
        yield f"  {entry_line(entry)}"
    if len(base.entries) > _SHOWN:
        yield f"  … and {len(base.entries) - _SHOWN} more: `scrutineer boundary` lists them"
    for field in base.world:
        yield f"  {field} can be written by any crate"
    yield ""


def entry_line(entry: BaseEntry) -> str:
    """One item of a trusted base on one line."""
    return f"{entry.item} ({_place(entry.location)}, {entry.lines} lines): {entry.reason}"


def _questions(case: SafetyCase) -> Iterator[str]:
    left = open_questions(case)
    if not left:
        return
    yield "Left to ask the author"
    for requirement in dict.fromkeys(f"{each.requirement}" for each in left):
        yield from _wrapped(f"  - what makes this hold: {requirement}", "    ")


def _place(location: Location) -> str:
    return f"{location.path}:{location.start.line}"


def _flat(text: str) -> str:
    return " ".join(text.split())


def _cut(text: str) -> str:
    return text if len(text) <= _WIDTH else f"{text[:_WIDTH]}…"


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, subsequent_indent=indent, break_long_words=False) or [text]
