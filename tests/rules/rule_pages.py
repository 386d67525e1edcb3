"""Runs the Rust blocks of rule pages through the real pipeline and compares what is reported, both ways."""

from __future__ import annotations

from scrutineer.facts.read import read_file
from scrutineer.model.finding import Finding
from scrutineer.model.target import CrateUnit, Mark
from scrutineer.rules.engine import check_unit
from scrutineer.rules.page import Example, Expectation
from scrutineer.rules.rule import Rule
from scrutineer.rules.selection import select_rules
from scrutineer.rules.unit import Unit

_MARKS: dict[str, Mark] = {"tests": "tests", "benches": "benches", "examples": "examples"}


def unit_of(example: Example) -> Unit:
    """The block as a crate of its own; the first file named `src/lib.rs` or the first file is its root."""
    texts = {path: text.encode() for path, text in example.files}
    kernel = bool(example.option("kernel"))
    edition = example.option("edition", "2021")
    crate = CrateUnit(
        name=example.option("crate", "example"),
        root="src/lib.rs" if "src/lib.rs" in texts else next(iter(texts)),
        kind="kernel" if kernel else "lib",
        edition=edition,
        panic="abort" if kernel else example.option("panic", "unwind"),
        rust_version=example.option("rust-version"),
        lints=tuple((lint, "warn") for lint in example.option("lints").split(",") if lint),
    )
    files = tuple(read_file(path, text, edition) for path, text in sorted(texts.items()))
    marks = {path: mark for path in texts if (mark := _MARKS.get(path.partition("/")[0]))}
    return Unit(crate, files, texts.__getitem__, marks=marks, kernel=kernel)


def run_example(rule: Rule, example: Example) -> tuple[Finding, ...]:
    """What the page's rule and those that the block names with `also=` report."""
    also = [name for name in example.option("also").split(",") if name]
    return check_unit(unit_of(example), select_rules([rule.id, *also]))


def compare(example: Example, findings: tuple[Finding, ...]) -> list[str]:
    """One line for each marker without a finding and each finding without a marker."""
    levels = {(e.path, e.line, e.rule): e.level for e in example.expected}
    found = [
        Expectation(
            f.path, f.start.line, f.rule, f.level if levels.get((f.path, f.start.line, f.rule)) else ""
        )
        for f in findings
    ]
    missing, extra = list(example.expected), []
    for expectation in found:
        if expectation in missing:
            missing.remove(expectation)
        else:
            extra.append(expectation)
    return [f"not reported: {_show(example, e)}" for e in missing] + [
        f"reported without a marker: {_show(example, e)}" for e in extra
    ]


def _show(example: Example, expectation: Expectation) -> str:
    lines = dict(example.files)[expectation.path].splitlines()
    level = f"={expectation.level}" if expectation.level else ""
    return (
        f"{expectation.rule}{level} at {expectation.path}:{expectation.line}: {lines[expectation.line - 1]}"
    )
