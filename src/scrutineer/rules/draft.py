"""What a rule says before the engine turns it into a finding: spans instead of lines, no id."""

from __future__ import annotations

import msgspec

from scrutineer.model.finding import Confidence, FindingClass, Flow, Level, Related
from scrutineer.model.span import Span


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """One report of a rule, in the rule's own terms.

    `path` is the file that holds the span, unless the span names its own. What is left `None` or empty comes
    from the rule (`class_`: its first class, `level`, `confidence`) or from the place (`item`: the innermost
    item that encloses the span). `help` is one sentence: what would make it right.
    """

    path: str
    span: Span
    message: str
    item: str = ""
    class_: FindingClass | None = None
    level: Level | None = None
    confidence: Confidence | None = None
    related: tuple[Related, ...] = ()
    flows: tuple[Flow, ...] = ()
    help: str = ""
    case: str | None = None
    status: str | None = None

    @property
    def file(self) -> str:
        """Path of the file that the span is in."""
        return self.span.path or self.path
