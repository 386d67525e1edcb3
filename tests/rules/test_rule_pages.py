"""Every rule has a page, and every Rust block of it is reported exactly where it says."""

from __future__ import annotations

import pytest
import rule_pages

from scrutineer.rules.page import Example, read_page
from scrutineer.rules.rule import Rule, all_rules

BLOCKS = [
    pytest.param(rule, example, id=f"{rule.id}:{example.line}")
    for rule in all_rules()
    for example in read_page(rule).examples
    if not example.option("ignore")
]


@pytest.mark.parametrize(("rule", "example"), BLOCKS)
def test_each_block_is_reported_where_it_says_and_nowhere_else(rule: Rule, example: Example) -> None:
    assert rule_pages.compare(example, rule_pages.run_example(rule, example)) == []


@pytest.mark.parametrize(("rule", "example"), BLOCKS)
def test_a_page_that_lost_its_markers_fails(rule: Rule, example: Example) -> None:
    without = Example(example.line, example.options, example.files, ())
    assert len(rule_pages.compare(without, rule_pages.run_example(rule, example))) == len(example.expected)
