"""SARIF 2.1.0, for code hosts and editors."""

from __future__ import annotations

from urllib.parse import quote

import msgspec

from scrutineer.model.finding import Finding, Flow, FlowStep, Report, Unread
from scrutineer.model.span import Position
from scrutineer.report import sarif_records as sarif
from scrutineer.report.flows import threads_of
from scrutineer.report.rendering import Rendering
from scrutineer.rules.page import for_readers, read_page
from scrutineer.rules.rule import Rule, all_rules

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_UNORDERED = -1  # SARIF's own default: no order among threads is known
_ROOT = "%SRCROOT%"  # the base that GitHub and editors take for the repository


def render(report: Report, rendering: Rendering) -> str:
    """One log with one run; every rule is described, also those that report nothing."""
    del rendering
    rules = all_rules()
    numbers = {rule.id: number for number, rule in enumerate(rules)}
    driver = sarif.Driver(
        name=report.tool.name, version=report.tool.version, rules=tuple(_rule(rule) for rule in rules)
    )
    notifications = tuple(_notification(unread) for unread in report.coverage.not_read)
    run = sarif.Run(
        tool=sarif.Tool(driver=driver),
        invocations=(
            sarif.Invocation(execution_successful=True, tool_execution_notifications=notifications),
        ),
        column_kind="unicodeCodePoints",
        results=tuple(_result(finding, numbers.get(finding.rule, -1)) for finding in report.findings),
    )
    log = sarif.Log(schema=_SCHEMA, version="2.1.0", runs=(run,))
    return msgspec.json.format(msgspec.json.encode(log), indent=1).decode() + "\n"


def _rule(rule: Rule) -> sarif.Rule:
    text = for_readers(read_page(rule).text)
    return sarif.Rule(
        id=rule.id,
        short_description=sarif.Message(text=rule.summary),
        help=sarif.Message(text=text, markdown=text),
        default_configuration=sarif.Configuration(level=rule.level),
        properties=sarif.RuleProperties(precision=rule.confidence, tags=rule.classes),
    )


def _result(finding: Finding, rule_index: int) -> sarif.Result:
    help_text = f"\n{finding.note}" if finding.note else ""
    place = _location(finding.path, finding.start, finding.end)
    return sarif.Result(
        rule_id=finding.rule,
        rule_index=rule_index,
        level=finding.level,
        message=sarif.Message(text=f"{finding.message}{help_text}"),
        locations=(
            msgspec.structs.replace(
                place, logical_locations=(sarif.LogicalLocation(fully_qualified_name=finding.item),)
            ),
        ),
        related_locations=tuple(
            _location(related.path, related.start, related.end, related.message)
            for related in finding.related
        ),
        code_flows=_code_flows(finding.flows),
        # The name GitHub tracks an alert by; the id is of the item, so the alert survives moved lines.
        partial_fingerprints={"primaryLocationLineHash": f"{finding.id}:1"},
        properties=sarif.ResultProperties(
            class_=finding.class_, confidence=finding.confidence, case=finding.case, status=finding.status
        ),
    )


def _code_flows(flows: tuple[Flow, ...]) -> tuple[sarif.CodeFlow, ...]:
    """The interleaving as one sequence, then the same execution with a thread flow per thread; then chains.

    Viewers that know no threads show the first; `executionOrder` ties the others together.
    """
    result = []
    for flow in flows:
        if flow.kind == "merged":
            result.append(_code_flow("interleaving", [("interleaving", list(enumerate(flow.steps)))]))
            numbered = list(enumerate(flow.steps))
            by_thread = [
                (thread, [(number, step) for number, step in numbered if step.thread == thread])
                for thread in threads_of(flow)
            ]
            result.append(_code_flow("threads", by_thread))
        elif flow.kind == "chain":
            result.append(_code_flow("calls", [("calls", list(enumerate(flow.steps)))]))
    if result:
        return tuple(result)
    alone = [(flow.thread, [(_UNORDERED, step) for step in flow.steps]) for flow in flows]
    return (_code_flow("threads", alone),) if alone else ()


def _code_flow(title: str, threads: list[tuple[str, list[tuple[int, FlowStep]]]]) -> sarif.CodeFlow:
    return sarif.CodeFlow(
        message=sarif.Message(text=title),
        thread_flows=tuple(
            sarif.ThreadFlow(id=name, locations=tuple(_step(number, step) for number, step in steps))
            for name, steps in threads
        ),
    )


def _step(number: int, step: FlowStep) -> sarif.ThreadFlowLocation:
    words = f"{step.thread}: {step.message}" if step.thread else step.message
    held = {"locks held": sarif.Message(text=", ".join(step.locks))} if step.locks else {}
    return sarif.ThreadFlowLocation(
        location=_location(step.path, step.start, step.end, words), execution_order=number, state=held
    )


def _location(path: str, start: Position, end: Position, words: str = "") -> sarif.Location:
    region = sarif.Region(
        start_line=start.line, start_column=start.column, end_line=end.line, end_column=end.column
    )
    return sarif.Location(
        physical_location=sarif.PhysicalLocation(artifact_location=_artifact(path), region=region),
        message=sarif.Message(text=words) if words else None,
    )


def _artifact(path: str) -> sarif.ArtifactLocation:
    return sarif.ArtifactLocation(uri=quote(path), uri_base_id=_ROOT)


def _notification(unread: Unread) -> sarif.Notification:
    return sarif.Notification(
        level="warning",
        message=sarif.Message(text=f"{unread.path} was not read: {unread.why}"),
        locations=(
            sarif.Location(
                physical_location=sarif.PhysicalLocation(artifact_location=_artifact(unread.path))
            ),
        ),
    )
