"""What every rule page holds, whatever its rule."""

from __future__ import annotations

import pytest

from scrutineer.rules.page import Expectation, parse_page, read_page
from scrutineer.rules.rule import Rule, all_rules

RULES = pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)


@RULES
def test_a_rule_is_named_like_its_file_and_its_page(rule: Rule) -> None:
    assert rule.page.is_file()
    assert read_page(rule).title == rule.id


@RULES
def test_a_page_has_the_sections_that_readers_look_for(rule: Rule) -> None:
    assert {"What it does", "Why is this bad?", "Example", "Use instead"} <= set(read_page(rule).sections)


@RULES
def test_a_page_shows_code_that_is_reported_and_code_that_is_not(rule: Rule) -> None:
    examples = read_page(rule).examples
    assert any(expected.rule == rule.id for example in examples for expected in example.expected)
    assert any(not example.expected for example in examples)


def test_every_page_belongs_to_a_rule() -> None:
    pages = {page.stem.replace("_", "-") for page in all_rules()[0].page.parent.glob("*.md")}
    assert pages == {rule.id for rule in all_rules()}


def test_a_block_names_files_options_and_what_must_be_reported() -> None:
    page = parse_page(
        "# a-rule\n\nProse.\n\n```rust kernel edition=2018\n// file: src/lib.rs\nmod b;\n"
        "// file: src/b.rs\nfn f() {} //~ a-rule other-rule=note\n// c //~ a-rule\n```\n"
    )
    (example,) = page.examples
    assert example.files == (("src/lib.rs", "mod b;\n"), ("src/b.rs", "fn f() {}\n// c\n"))
    assert (example.line, example.option("edition"), example.option("kernel")) == (5, "2018", "kernel")
    assert example.expected == (
        Expectation("src/b.rs", 1, "a-rule"),
        Expectation("src/b.rs", 1, "other-rule", "note"),
        Expectation("src/b.rs", 2, "a-rule"),
    )
