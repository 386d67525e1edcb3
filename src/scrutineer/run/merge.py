"""Several targets in one command: one report, in the order in which the user named them.

Paths get the target's name in front, as the user wrote it (`crates/one/src/lib.rs`, `name@1.2.3/src/lib.rs`), so
that each can be told from the same file of another target. Counts are sums; each target's own are kept beside.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Sequence

import msgspec

from scrutineer.model.case import SafetyCase
from scrutineer.model.file import total
from scrutineer.model.finding import Coverage, Finding, Part, Report, TargetIdentity, Unread
from scrutineer.model.span import Location
from scrutineer.run.audit import Audited
from scrutineer.run.verdict import Verdict


def merged(verdicts: Sequence[Verdict]) -> tuple[Report, Callable[[str], bytes]]:
    """One report and the way to the bytes of its files; of a single target its own, with its paths untouched."""
    if len(verdicts) == 1:
        return verdicts[0].report, verdicts[0].audited.read
    labels = [_label(verdict.audited) for verdict in verdicts]
    reports = [_labelled(verdict.report, label) for verdict, label in zip(verdicts, labels, strict=True)]
    readers = {label: verdict.audited.read for verdict, label in zip(verdicts, labels, strict=True)}
    return _sum(reports, labels), lambda path: _read(readers, path)


def _label(audited: Audited) -> str:
    """What stands in front of the paths of a target, without a slash at its end."""
    word = audited.question.word.replace("\\", "/")
    if audited.report.target.kind == "file":
        return posixpath.dirname(word) or "."
    return word.rstrip("/") or "/"


def _sum(reports: Sequence[Report], labels: Sequence[str]) -> Report:
    coverages = [report.coverage for report in reports]
    return Report(
        tool=reports[0].tool,
        target=TargetIdentity("several", f"{len(labels)} targets"),
        coverage=Coverage(
            files=sum(one.files for one in coverages),
            read=sum(one.read for one in coverages),
            with_errors=sum(one.with_errors for one in coverages),
            not_read=tuple(unread for one in coverages for unread in one.not_read),
            unreached=tuple(path for one in coverages for path in one.unreached),
        ),
        inventory=total(report.inventory for report in reports),
        findings=tuple(finding for report in reports for finding in report.findings),
        cases=_cases(reports),
        parts=tuple(
            Part(label, report.target, report.coverage, report.inventory, len(report.findings))
            for report, label in zip(reports, labels, strict=True)
        ),
    )


def _cases(reports: Sequence[Report]) -> tuple[SafetyCase, ...] | msgspec.UnsetType:
    """The cases of all reports, where they have any."""
    if all(report.cases is msgspec.UNSET for report in reports):
        return msgspec.UNSET
    return tuple(case for report in reports for case in report.cases or ())


def _labelled(report: Report, label: str) -> Report:
    """The same report with the label in front of every path."""

    def place(path: str) -> str:
        return posixpath.join(label, path)

    coverage = report.coverage
    return msgspec.structs.replace(
        report,
        coverage=msgspec.structs.replace(
            coverage,
            not_read=tuple(Unread(place(unread.path), unread.why) for unread in coverage.not_read),
            unreached=tuple(map(place, coverage.unreached)),
        ),
        findings=tuple(_moved(finding, place) for finding in report.findings),
        cases=tuple(_case_moved(case, place) for case in report.cases) if report.cases else report.cases,
    )


def _case_moved(case: SafetyCase, place: Callable[[str], str]) -> SafetyCase:
    """The case with the label in front of every path of it."""
    replace = msgspec.structs.replace

    def at(location: Location) -> Location:
        return replace(location, path=place(location.path))

    return replace(
        case,
        site=replace(case.site, path=place(case.site.path), location=at(case.site.location)),
        obligations=tuple(
            replace(each, evidence=tuple(replace(e, location=at(e.location)) for e in each.evidence))
            for each in case.obligations
        ),
        claims=tuple(replace(each, location=at(each.location)) for each in case.claims),
        base=replace(
            case.base, entries=tuple(replace(e, location=at(e.location)) for e in case.base.entries)
        ),
    )


def _moved(finding: Finding, place: Callable[[str], str]) -> Finding:
    replace = msgspec.structs.replace
    return replace(
        finding,
        path=place(finding.path),
        related=tuple(replace(related, path=place(related.path)) for related in finding.related),
        flows=tuple(
            replace(flow, steps=tuple(replace(step, path=place(step.path)) for step in flow.steps))
            for flow in finding.flows
        ),
    )


def _read(readers: dict[str, Callable[[str], bytes]], path: str) -> bytes:
    """Bytes of a labelled path. Raises OSError."""
    for label in sorted(readers, key=len, reverse=True):
        if path.startswith(label.rstrip("/") + "/"):
            return readers[label](path[len(label.rstrip("/")) + 1 :])
    raise FileNotFoundError(path)
