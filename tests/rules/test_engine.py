"""The engine's own promises, shown with a rule that reports every `BAD` in a file."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from scrutineer.model.file import FileFacts
from scrutineer.model.finding import Finding
from scrutineer.model.items import Function, MacroDefinition
from scrutineer.model.span import Span, line_table
from scrutineer.model.target import CrateUnit
from scrutineer.rules.audience import UnknownRuleError, visible
from scrutineer.rules.draft import Draft
from scrutineer.rules.engine import check_unit
from scrutineer.rules.rule import Rule
from scrutineer.rules.selection import Selection, find_rule, select_rules
from scrutineer.rules.unit import Unit


def _every_bad(unit: Unit) -> Iterator[Draft]:
    for facts in unit.files:
        for found in re.finditer(rb"BAD(\d*)", unit.code(facts.path)):
            yield Draft(path=facts.path, span=Span(*found.span()), message=f"bad {found[1].decode()}".strip())


BAD = Rule(
    id="bad",
    summary="BAD",
    classes=("bounds",),
    level="error",
    confidence="high",
    since="0.1.0",
    check=_every_bad,
)


def check(
    *texts: tuple[str, str], marks: dict[str, str] | None = None, rules: tuple[Rule, ...] = ()
) -> tuple[Finding, ...]:
    sources = {path: text.encode() for path, text in texts}
    unit = Unit(
        CrateUnit(name="demo", root="src/lib.rs", kind="lib"),
        tuple(_facts(path, text) for path, text in sources.items()),
        sources.__getitem__,
        marks=marks,
    )
    return check_unit(unit, Selection((BAD, *rules)))


def _facts(path: str, text: bytes) -> FileFacts:
    """Functions by their `fn name … }` on one or more lines, macros alike: enough for the engine."""
    functions = [
        Function(name=m[2].decode(), span=Span(*m.span()), name_span=Span(*m.span(2)), test=bool(m[1]))
        for m in re.finditer(rb"(#\[test\]\s*)?fn (\w+).*?\n?}", text, re.DOTALL)
    ]
    macros = [
        MacroDefinition(
            name=m[1].decode(), span=Span(*m.span()), name_span=Span(*m.span(1)), body=Span(*m.span())
        )
        for m in re.finditer(rb"macro_rules! (\w+).*?\n}", text, re.DOTALL)
    ]
    return FileFacts(
        path=path,
        digest="",
        size=len(text),
        lines=line_table(text),
        functions=tuple(functions),
        macro_definitions=tuple(macros),
    )


def test_a_finding_says_where_it_stands_and_in_which_item() -> None:
    (finding,) = check(("src/lib.rs", "// é\nfn f() { let é = BAD; }\n"))
    assert (finding.path, finding.item, finding.level, finding.class_) == (
        "src/lib.rs",
        "demo::f",
        "error",
        "bounds",
    )
    assert (finding.start.line, finding.start.column, finding.end.column) == (2, 18, 21)


def test_ids_survive_moved_lines_and_reformatting_but_not_another_item() -> None:
    before = check(("src/lib.rs", "fn f() { BAD; BAD }\n"))
    after = check(("src/lib.rs", "// new\n\nfn f() {\n    BAD; // why\n    BAD\n}\n"))
    other = check(("src/lib.rs", "fn g() { BAD; BAD }\n"))
    assert [f.id for f in before] == [f.id for f in after]
    assert len({f.id for f in (*before, *other)}) == 4


def test_findings_come_in_source_order_whatever_order_the_files_are_in() -> None:
    one, two = ("src/a.rs", "fn f() { BAD2 }\nfn g() { BAD1 }\n"), ("src/b.rs", "fn h() { BAD }")
    assert check(one, two) == check(two, one)
    assert [(f.path, f.start.line) for f in check(two, one)] == [
        ("src/a.rs", 1),
        ("src/a.rs", 2),
        ("src/b.rs", 1),
    ]


def test_test_code_is_only_noted() -> None:
    text = "fn f() { BAD }\n#[test]\nfn g() { BAD }\n"
    assert [f.level for f in check(("src/lib.rs", text))] == ["error", "note"]
    marked = check(("tests/t.rs", text), marks={"tests/t.rs": "tests"})
    assert [f.level for f in marked] == ["note", "note"]
    assert len(visible(marked, "regular")) == 0
    assert visible(marked, "auditor") == marked


def test_a_macro_definition_is_one_place() -> None:
    twice = Rule(
        id="twice",
        summary="twice",
        classes=("bounds",),
        level="note",
        confidence="low",
        since="0.1.0",
        check=lambda unit: (
            Draft(path=d.path, span=d.span, message=f"{d.message} {n}")
            for d in _every_bad(unit)
            for n in "12"
        ),
    )
    text = "macro_rules! m {\n    () => { BAD };\n}\nfn f() { BAD }\n"
    findings = [f for f in check(("src/lib.rs", text), rules=(twice,)) if f.rule == "twice"]
    assert [f.item for f in findings] == ["demo::m!", "demo::f", "demo::f"]


def test_a_place_in_another_crate_of_the_target_has_its_lines() -> None:
    texts = {"src/lib.rs": b"fn f() {}\n", "macros/lib.rs": b"\n\n  BAD\n"}
    elsewhere = Rule(
        id="elsewhere",
        summary="elsewhere",
        classes=("bounds",),
        level="note",
        confidence="low",
        since="0.1.0",
        check=lambda _: iter([Draft(path="src/lib.rs", span=Span(4, 7, "macros/lib.rs"), message="there")]),
    )
    crate = CrateUnit(name="demo", root="src/lib.rs", kind="lib")
    unit = Unit(crate, (_facts("src/lib.rs", texts["src/lib.rs"]),), texts.__getitem__)
    (finding,) = check_unit(unit, Selection((elsewhere,)))
    assert (finding.path, finding.start.line, finding.start.column) == ("macros/lib.rs", 3, 3)


ALLOWED = {
    "above": "fn f() {\n    // scrutineer: allow(bad) reviewed\n    BAD\n}\n",
    "trailing": "fn f() {\n    BAD // scrutineer: allow(bad) reviewed\n}\n",
    "block comment": "fn f() {\n    /* scrutineer: allow(bad) reviewed */ BAD\n}\n",
    "over attributes and comments": "// scrutineer: allow(bad) reviewed\n#[a(\n  b\n)]\n// note\nfn f() { BAD }\n",
    "over a split statement": "fn f() {\n    // scrutineer: allow(bad) reviewed\n    let x =\n        BAD;\n}\n",
    "among several": "// scrutineer: allow(other-rule, bad) reviewed\nfn f() { BAD }\n",
}
NOT_ALLOWED = {
    "no reason": "fn f() {\n    // scrutineer: allow(bad)\n    BAD\n}\n",
    "another rule": "fn f() {\n    // scrutineer: allow(other) reviewed\n    BAD\n}\n",
    "the statement before": "fn f() {\n    // scrutineer: allow(bad) reviewed\n    x();\n    BAD\n}\n",
    "a string": 'fn f() {\n    let a = "// scrutineer: allow(bad) reviewed";\n    BAD\n}\n',
    "a doc comment": "/// scrutineer: allow(bad) reviewed\nfn f() { BAD }\n",
    "below": "fn f() {\n    BAD\n    // scrutineer: allow(bad) reviewed\n}\n",
}


@pytest.mark.parametrize("text", ALLOWED.values(), ids=ALLOWED)
def test_an_allow_with_a_reason_silences(text: str) -> None:
    assert check(("src/lib.rs", text)) == ()


@pytest.mark.parametrize("text", NOT_ALLOWED.values(), ids=NOT_ALLOWED)
def test_nothing_else_silences(text: str) -> None:
    assert [f.rule for f in check(("src/lib.rs", text))] == ["bad"]


def test_an_allow_without_effect_is_reported() -> None:
    unused = find_rule("unused-allow")
    for text, words in (
        ("// scrutineer: allow(bad) reviewed\nfn f() {}\n", "`bad` reports nothing here"),
        ("// scrutineer: allow(bda) reviewed\nfn f() {}\n", "`bda`, which is no rule"),
        ("// scrutineer: allow(bad)\nfn f() {}\n", "no reason"),
        ("// scrutineer: allow()\nfn f() {}\n", "names no rule"),
    ):
        (finding,) = check(("src/lib.rs", text), rules=(unused,))
        assert (finding.rule, finding.start.line) == ("unused-allow", 1)
        assert words in finding.message
    assert check(("src/lib.rs", ALLOWED["above"]), rules=(unused,)) == ()
    assert check(("src/lib.rs", "// scrutineer: allow(contract-missing) why\n"), rules=(unused,)) == ()


def test_rules_are_selected_by_id_and_by_class() -> None:
    ids = {rule.id for rule in select_rules(["documentation"], ["contract-missing"]).rules}
    assert "undocumented-unsafe" in ids
    assert not {"contract-missing", "unused-allow"} & ids
    assert "unused-allow" in {rule.id for rule in select_rules().rules}
    with pytest.raises(UnknownRuleError, match="did you mean `contract-missing`"):
        select_rules(["contract-mising"])
