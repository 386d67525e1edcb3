"""A Markdown summary, for a job's page or a pull request's comment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from scrutineer.model.finding import LEVELS, Finding, Report
from scrutineer.report.escape import for_markdown
from scrutineer.report.rendering import Rendering

_LONGEST_LIST = 100


def render(report: Report, rendering: Rendering) -> str:
    """What was read, counts by rule, and the findings, the gravest first."""
    del rendering
    return (
        "\n".join([*_head(report), *_rules(report.findings), *_findings(report.findings), *_unread(report)])
        + "\n"
    )


def _head(report: Report) -> Iterator[str]:
    target, coverage, inventory = report.target, report.coverage, report.inventory
    name = " ".join(for_markdown(part) for part in (target.name, target.version, target.revision) if part)
    yield f"## Unsafe boundary of {name}"
    yield ""
    yield (
        f"{coverage.read} of {coverage.files} files read, {coverage.with_errors} of them in part · "
        f"{inventory.unsafe_blocks} unsafe blocks ({inventory.documented_blocks} documented), "
        f"{inventory.unsafe_fns} unsafe functions, {inventory.unsafe_impls} unsafe impls, "
        f"{inventory.unsafe_traits} unsafe traits · {inventory.unsafe_lines} of {inventory.code_lines} code "
        "lines unsafe"
    )
    yield ""


def _rules(findings: tuple[Finding, ...]) -> Iterator[str]:
    counts = Counter((finding.rule, finding.level) for finding in findings)
    if not counts:
        yield "No findings."
        return
    levels = tuple(reversed(LEVELS))
    yield from _row(["rule", *levels])
    yield from _row(["---", *("--:" for _ in levels)])
    for rule in sorted({rule for rule, _ in counts}):
        yield from _row([f"`{rule}`", *(str(counts[rule, level]) for level in levels)])
    yield ""


def _findings(findings: tuple[Finding, ...]) -> Iterator[str]:
    if not findings:
        return
    ordered = sorted(findings, key=lambda finding: -LEVELS.index(finding.level))
    yield from _row(["level", "where", "what"])
    yield from _row(["---", "---", "---"])
    for finding in ordered[:_LONGEST_LIST]:
        where = f"{for_markdown(finding.path)}:{finding.start.line}"
        what = f"{for_markdown(finding.message)} (`{finding.rule}` in {for_markdown(finding.item)})"
        yield from _row([finding.level, where, what])
    if len(ordered) > _LONGEST_LIST:
        yield ""
        yield f"… and {len(ordered) - _LONGEST_LIST} more."


def _unread(report: Report) -> Iterator[str]:
    if not report.coverage.not_read:
        return
    yield ""
    yield from _row(["not read", "why"])
    yield from _row(["---", "---"])
    for unread in report.coverage.not_read[:_LONGEST_LIST]:
        yield from _row([for_markdown(unread.path), for_markdown(unread.why)])


def _row(columns: Iterable[str]) -> Iterator[str]:
    yield f"| {' | '.join(columns)} |"
