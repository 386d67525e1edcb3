"""SARIF 2.1.0 records, only those properties that are written (OASIS standard, section numbers in brackets)."""

from __future__ import annotations

import msgspec


class _Record(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What all share: names as SARIF spells them, empty properties left out."""


class Message(_Record, frozen=True, kw_only=True):
    """Text, plain or with Markdown beside it [3.11, 3.12]."""

    text: str
    markdown: str | None = None


class Region(_Record, frozen=True, kw_only=True):
    """Lines and columns from 1, the end column one past the last [3.30]."""

    start_line: int
    start_column: int
    end_line: int
    end_column: int


class ArtifactLocation(_Record, frozen=True, kw_only=True):
    """A file, relative to the audited folder [3.4]."""

    uri: str
    uri_base_id: str


class PhysicalLocation(_Record, frozen=True, kw_only=True):
    """Where in which file [3.29]."""

    artifact_location: ArtifactLocation
    region: Region | None = None


class LogicalLocation(_Record, frozen=True, kw_only=True):
    """In which item [3.33]."""

    fully_qualified_name: str


class Location(_Record, frozen=True, kw_only=True):
    """A place with words about it [3.28]."""

    physical_location: PhysicalLocation
    logical_locations: tuple[LogicalLocation, ...] = ()
    message: Message | None = None


class ThreadFlowLocation(_Record, frozen=True, kw_only=True):
    """One step; `execution_order` counts over all threads of the code flow [3.38]."""

    location: Location
    execution_order: int = -1
    state: dict[str, Message] = msgspec.field(default_factory=dict)


class ThreadFlow(_Record, frozen=True, kw_only=True):
    """The steps of one thread [3.37]."""

    id: str
    locations: tuple[ThreadFlowLocation, ...]


class CodeFlow(_Record, frozen=True, kw_only=True):
    """Threads that run together [3.36]."""

    message: Message | None = None
    thread_flows: tuple[ThreadFlow, ...]


class ResultProperties(_Record, frozen=True, kw_only=True):
    """What SARIF has no word for."""

    class_: str = msgspec.field(name="class")
    confidence: str
    case: str | None = None
    status: str | None = None


class Result(_Record, frozen=True, kw_only=True):
    """One finding [3.27]."""

    rule_id: str
    rule_index: int = -1
    level: str
    message: Message
    locations: tuple[Location, ...]
    related_locations: tuple[Location, ...] = ()
    code_flows: tuple[CodeFlow, ...] = ()
    partial_fingerprints: dict[str, str]
    properties: ResultProperties


class Configuration(_Record, frozen=True, kw_only=True):
    """A rule's usual level [3.50]."""

    level: str


class RuleProperties(_Record, frozen=True, kw_only=True):
    """`precision` and `tags` as GitHub reads them."""

    precision: str
    tags: tuple[str, ...]


class Rule(_Record, frozen=True, kw_only=True):
    """A reporting descriptor [3.49]."""

    id: str
    short_description: Message
    help: Message
    default_configuration: Configuration
    properties: RuleProperties


class Driver(_Record, frozen=True, kw_only=True):
    """Scrutineer and its rules [3.19]."""

    name: str
    version: str
    rules: tuple[Rule, ...]


class Tool(_Record, frozen=True, kw_only=True):
    """Who reports [3.18]."""

    driver: Driver


class Notification(_Record, frozen=True, kw_only=True):
    """Something that went wrong in the run [3.58]."""

    level: str
    message: Message
    locations: tuple[Location, ...] = ()


class Invocation(_Record, frozen=True, kw_only=True):
    """The run itself; notifications name the files that were not read [3.20]."""

    execution_successful: bool
    tool_execution_notifications: tuple[Notification, ...] = ()


class Run(_Record, frozen=True, kw_only=True):
    """One audit [3.14]."""

    tool: Tool
    invocations: tuple[Invocation, ...]
    column_kind: str
    results: tuple[Result, ...]


class Log(_Record, frozen=True, kw_only=True):
    """The whole file [3.13]."""

    schema: str = msgspec.field(name="$schema")
    version: str
    runs: tuple[Run, ...]
