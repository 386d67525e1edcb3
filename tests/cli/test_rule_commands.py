"""`scrutineer rules` and `scrutineer explain`."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from scrutineer.cli.main import command
from scrutineer.rules.rule import all_rules


def test_rules_lists_every_rule() -> None:
    text = CliRunner().invoke(command, ["rules"]).output.splitlines()
    assert [line.split()[0] for line in text] == [rule.id for rule in all_rules()]
    records = json.loads(CliRunner().invoke(command, ["rules", "--format", "json"]).output)
    assert [record["id"] for record in records] == [rule.id for rule in all_rules()]
    assert all(record["summary"] and record["classes"] for record in records)


@pytest.mark.parametrize("rule", [rule.id for rule in all_rules()])
def test_explain_shows_the_page_without_test_markers(rule: str) -> None:
    result = CliRunner().invoke(command, ["explain", rule])
    assert result.exit_code == 0
    assert result.output.startswith(f"# {rule}\n")
    assert "## Use instead" in result.output
    assert "//~" not in result.output


def test_explain_draws_the_page_where_colour_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    output = CliRunner().invoke(command, ["explain", "unused-allow"]).output
    assert "## Use instead" not in output
    assert "Use instead" in output


def test_explain_of_no_rule_suggests_one_and_is_a_usage_error() -> None:
    result = CliRunner().invoke(command, ["explain", "unused-alow"])
    assert result.exit_code == 2
    assert "did you mean `unused-allow`?" in result.output
