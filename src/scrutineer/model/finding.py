"""What a rule reports, and the target and coverage it is reported against: DESIGN section 5 as records."""

from __future__ import annotations

from typing import Literal

import msgspec

from scrutineer.model.case import SafetyCase
from scrutineer.model.file import Inventory
from scrutineer.model.span import Location, Position

Level = Literal["error", "warning", "note"]
Confidence = Literal["high", "medium", "low"]
FindingClass = Literal[
    "send-sync", "uninit", "panic-safety", "trusted-trait", "bounds", "dangling", "double-free", "null",
    "aliasing", "layout", "invalid-value", "lifetime", "data-race", "deadlock", "leak", "ffi", "contract",
    "claim", "documentation", "style",
]  # fmt: skip
LEVELS: tuple[Level, ...] = ("note", "warning", "error")


class Related(msgspec.Struct, frozen=True):
    """Another place that the finding speaks of."""

    path: str
    start: Position
    end: Position
    message: str


class FlowStep(msgspec.Struct, frozen=True):
    """One step of a flow: where, in which thread, what happens, which locks are held."""

    path: str
    start: Position
    end: Position
    message: str
    thread: str = ""
    locks: tuple[str, ...] = ()


class Flow(msgspec.Struct, frozen=True):
    """A thread's steps, the merged interleaving, or a chain of calls."""

    kind: Literal["thread", "merged", "chain"]
    steps: tuple[FlowStep, ...]
    thread: str = ""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One report. `id` survives moved lines: rule, item, normalised text and ordinal, hashed."""

    id: str
    rule: str
    class_: FindingClass = msgspec.field(name="class")
    level: Level
    confidence: Confidence
    message: str
    path: str
    start: Position
    end: Position
    item: str
    related: tuple[Related, ...] = ()
    case: str | None = None
    status: str | None = None
    flows: tuple[Flow, ...] = ()
    note: str = ""  # one sentence of help: what would make it right

    @property
    def location(self) -> Location:
        """Where it stands."""
        return Location(self.path, self.start, self.end)


class Unread(msgspec.Struct, frozen=True):
    """A file that could not be read or parsed, and why."""

    path: str
    why: str


class Coverage(msgspec.Struct, frozen=True):
    """How much of the target was read. `with_errors` counts files that were read only in part."""

    files: int = 0
    read: int = 0
    with_errors: int = 0
    not_read: tuple[Unread, ...] = ()
    unreached: tuple[str, ...] = ()  # files that no `mod` and no Makefile reaches


class TargetIdentity(msgspec.Struct, frozen=True):
    """What was audited."""

    kind: Literal["file", "folder", "crate", "workspace", "kernel", "archive", "revision", "several"]
    name: str
    version: str | None = None
    revision: str | None = None


class ToolIdentity(msgspec.Struct, frozen=True):
    """Which Scrutineer answered."""

    name: str
    version: str


class Part(msgspec.Struct, frozen=True):
    """One of several targets of a command. `label` stands in front of its paths; `findings` is how many it has."""

    label: str
    target: TargetIdentity
    coverage: Coverage
    inventory: Inventory
    findings: int


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to one audit; `--format json` is this record."""

    schema: int = 1
    tool: ToolIdentity
    target: TargetIdentity
    coverage: Coverage
    inventory: Inventory
    findings: tuple[Finding, ...]
    cases: tuple[SafetyCase, ...] | msgspec.UnsetType = msgspec.UNSET  # with `--cases`
    parts: tuple[Part, ...] | msgspec.UnsetType = msgspec.UNSET  # only of several targets
