"""Who is shown which findings, and what a name that means no rule is. Light: a warm audit loads no rule."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from scrutineer.model.finding import Finding

Persona = Literal["regular", "auditor"]


class UnknownRuleError(ValueError):
    """A name that is neither a rule nor a class of findings nor `all`; the text suggests a near one."""


def visible(findings: Iterable[Finding], persona: Persona) -> tuple[Finding, ...]:
    """What a persona is shown: notes are for auditors."""
    return tuple(finding for finding in findings if persona == "auditor" or finding.level != "note")
