"""What programs read: JSON, SARIF, workflow commands, Markdown."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import jsonschema_rs
import msgspec
import pytest
from samples import FULL, RACE, RENDERING, finding, report

from scrutineer.model.finding import Report
from scrutineer.report.formats import format_names, render
from scrutineer.rules.rule import all_rules

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


def _sarif_schema() -> jsonschema_rs.Validator:
    """The standard's schema without one pattern of it that is no regular expression (of a property we lack)."""
    schema = json.loads((HERE / "vendored" / "sarif-schema-2.1.0.json").read_text())
    for holder in ("run", "toolComponent"):
        schema["definitions"][holder]["properties"]["language"].pop("pattern", None)
    return jsonschema_rs.validator_for(schema)


SARIF_SCHEMA = _sarif_schema()
HOSTILE = report(
    finding(
        1, 1, (2, 1), message="a\r\n::error::b | <b>`x`</b> \x1b[31m", path="a b/ü#%.rs", item="<T as U>::f"
    )
)


def sarif(report: Report) -> dict:
    return json.loads(render("sarif", report, RENDERING))["runs"][0]


def test_formats_are_those_that_the_commands_promise() -> None:
    assert {"text", "json", "sarif", "github", "markdown"} <= set(format_names())
    with pytest.raises(KeyError):
        render("xml", FULL, RENDERING)


@pytest.mark.parametrize("sample", [FULL, HOSTILE, report()], ids=["full", "hostile", "empty"])
def test_json_is_the_report_and_follows_the_published_schema(sample: Report) -> None:
    text = render("json", sample, RENDERING)
    assert msgspec.json.decode(text, type=Report) == sample
    published = json.loads((ROOT / "docs" / "schema.json").read_text())
    jsonschema_rs.validator_for(published).validate(json.loads(text))


def test_the_published_schema_is_that_of_the_records() -> None:
    command = [sys.executable, ROOT / "tools" / "json_schema.py", "--check"]
    assert subprocess.run(command, check=False).returncode == 0


def test_json_has_the_shape_that_others_consume() -> None:
    data = json.loads(render("json", report(RACE), RENDERING))
    assert data["schema"] == 1
    (found,) = data["findings"]
    assert found["class"] == "data-race"
    assert found["start"] == {"line": 3, "column": 20}
    assert found["related"][0]["end"] == {"line": 4, "column": 12}
    assert [flow["kind"] for flow in found["flows"]] == ["thread", "thread", "merged"]
    assert found["flows"][2]["steps"][1]["locks"] == ["inner"]


@pytest.mark.parametrize("sample", [FULL, HOSTILE, report()], ids=["full", "hostile", "empty"])
def test_sarif_follows_the_standard(sample: Report) -> None:
    SARIF_SCHEMA.validate(json.loads(render("sarif", sample, RENDERING)))


def test_sarif_describes_every_rule_with_its_page() -> None:
    rules = sarif(report())["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [rule.id for rule in all_rules()]
    assert all("## What it does" in rule["help"]["markdown"] for rule in rules)
    assert all("//~" not in rule["help"]["markdown"] for rule in rules)


def test_sarif_results_point_into_the_file_and_the_rules() -> None:
    run = sarif(FULL)
    result = run["results"][1]
    rules = run["tool"]["driver"]["rules"]
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == "undocumented-unsafe"
    place = result["locations"][0]
    assert place["physicalLocation"]["region"] == {
        "startLine": 4,
        "startColumn": 29,
        "endLine": 4,
        "endColumn": 54,
    }
    assert place["logicalLocations"][0]["fullyQualifiedName"] == "demo::Node::release"
    assert result["partialFingerprints"]["primaryLocationLineHash"] == "0123456789abcdef:1"
    assert sarif(HOSTILE)["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"] == {
        "uri": "a%20b/%C3%BC%23%25.rs",
        "uriBaseId": "%SRCROOT%",
    }


def test_sarif_gives_the_interleaving_merged_and_by_thread() -> None:
    merged, threads = sarif(report(RACE))["results"][0]["codeFlows"]
    (flow,) = merged["threadFlows"]
    assert [step["executionOrder"] for step in flow["locations"]] == [0, 1, 2]
    assert {
        flow["id"]: [step["executionOrder"] for step in flow["locations"]] for flow in threads["threadFlows"]
    } == {
        "release": [0, 2],
        "set_cleared": [1],
    }


def test_sarif_claims_no_order_among_threads_that_are_not_merged() -> None:
    apart = msgspec.structs.replace(RACE, flows=RACE.flows[:2])
    (flow,) = sarif(report(apart))["results"][0]["codeFlows"]
    assert [thread["id"] for thread in flow["threadFlows"]] == ["release", "set_cleared"]
    assert all("executionOrder" not in step for thread in flow["threadFlows"] for step in thread["locations"])


def test_sarif_names_the_files_that_were_not_read() -> None:
    (notification,) = sarif(FULL)["invocations"][0]["toolExecutionNotifications"]
    assert "not UTF-8 at byte 7" in notification["message"]["text"]


def test_github_shows_the_gravest_first_and_what_was_not_read() -> None:
    lines = render("github", FULL, RENDERING).splitlines()
    assert [line.split(" ")[0] for line in lines] == [
        "::error",
        "::warning",
        "::warning",
        "::notice",
        "::warning",
    ]
    assert lines[1].startswith(
        "::warning file=src/node.rs,line=4,endLine=4,title=undocumented-unsafe,col=29,endColumn=54::"
    )
    assert lines[-1] == "::warning file=src/50%25%2Ca%3Ab.rs,title=not read::not UTF-8 at byte 7"


def test_a_message_cannot_start_a_workflow_command_of_its_own() -> None:
    (line,) = render("github", HOSTILE, RENDERING).split("\n")[:-1]
    assert "a%0D%0A::error::b" in line


def test_markdown_counts_and_lists() -> None:
    text = render("markdown", FULL, RENDERING)
    assert "2 of 3 files read, 1 of them in part" in text
    assert "| `undocumented-unsafe` | 0 | 2 | 1 |" in text
    assert "not UTF-8 at byte 7" in text
    assert "No findings." in render("markdown", report(), RENDERING)


def test_nothing_in_markdown_takes_effect_that_is_not_ours() -> None:
    lines = render("markdown", HOSTILE, RENDERING).splitlines()
    (row,) = [line for line in lines if line.startswith("| warning")]
    assert r"\<b\>\`x\`\</b\>" in row
    assert "\x1b" not in row
    assert len(re.findall(r"(?<!\\)\|", row)) == 4
