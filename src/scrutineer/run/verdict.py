"""From everything found to what is shown: persona, baseline, and whether the command fails."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from scrutineer.model.finding import LEVELS, Finding, Report
from scrutineer.rules.audience import visible
from scrutineer.run.audit import Audited
from scrutineer.run.baseline import read_baseline
from scrutineer.run.options import FailOn


class Verdict(msgspec.Struct, frozen=True):
    """What the user is shown of one target.

    `hidden` counts findings that the persona leaves out, `gone` those of the baseline that are no more. `fails`:
    a finding of the level to fail on is shown. `empty`: no file could be read, so that silence means nothing.
    """

    audited: Audited
    report: Report
    hidden: int
    gone: int
    fails: bool
    empty: bool


def judge(audited: Audited) -> Verdict:
    """Apply persona and baseline. Raises ConfigurationError."""
    presentation, report = audited.question.presentation, audited.report
    known = read_baseline(presentation.baseline) if presentation.baseline else frozenset()
    fresh = [finding for finding in report.findings if finding.id not in known]
    shown = visible(fresh, presentation.persona)
    return Verdict(
        audited=audited,
        report=msgspec.structs.replace(report, findings=shown),
        hidden=len(fresh) - len(shown),
        gone=len(known - {finding.id for finding in report.findings}),
        fails=any(_fails(finding, presentation.fail_on) for finding in shown),
        empty=not report.coverage.read,
    )


def status(verdicts: Sequence[Verdict]) -> int:
    """Exit status of the command: 3 if nothing at all was read, 1 if something to fail on is shown, else 0."""
    if all(verdict.empty for verdict in verdicts):
        return 3
    return 1 if any(verdict.fails for verdict in verdicts) else 0


def _fails(finding: Finding, fail_on: FailOn) -> bool:
    return fail_on != "never" and LEVELS.index(finding.level) >= LEVELS.index(fail_on)
