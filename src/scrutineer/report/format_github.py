"""Workflow commands that GitHub shows as annotations beside the changed lines."""

from __future__ import annotations

from scrutineer.model.finding import LEVELS, Finding, Report
from scrutineer.report.escape import for_command, for_command_property
from scrutineer.report.rendering import Rendering

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def render(report: Report, rendering: Rendering) -> str:
    """One command per finding, the gravest first: GitHub shows only the first ten of a step."""
    del rendering
    ordered = sorted(report.findings, key=lambda finding: -LEVELS.index(finding.level))
    commands = [_command(finding) for finding in ordered]
    commands += [
        f"::warning file={for_command_property(unread.path)},title=not read::{for_command(unread.why)}"
        for unread in report.coverage.not_read
    ]
    return "".join(f"{command}\n" for command in commands)


def _command(finding: Finding) -> str:
    properties = {
        "file": finding.path,
        "line": str(finding.start.line),
        "endLine": str(finding.end.line),
        "title": finding.rule,
    }
    if finding.start.line == finding.end.line:
        properties |= {"col": str(finding.start.column), "endColumn": str(finding.end.column)}
    written = ",".join(f"{name}={for_command_property(value)}" for name, value in properties.items())
    help_text = f"\n{finding.note}" if finding.note else ""
    message = f"{finding.message}\nin {finding.item}{help_text}"
    return f"::{_COMMANDS[finding.level]} {written}::{for_command(message)}"
