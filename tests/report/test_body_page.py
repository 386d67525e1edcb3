"""The page about bodies shows what the tool prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scrutineer.facts.read import read_file
from scrutineer.flow.function import Flows
from scrutineer.model.target import CrateUnit
from scrutineer.program.paths import canonical_path
from scrutineer.program.program import Program
from scrutineer.report.body_text import body_text

PAGE = Path(__file__).parents[2] / "docs" / "bodies.md"
EXAMPLES = re.findall(r"```rust\n(.*?)```\n\n```text\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


@pytest.mark.parametrize(("code", "shown"), EXAMPLES)
def test_every_example_of_the_page_is_what_the_tool_prints(code: str, shown: str) -> None:
    unit = CrateUnit(name="demo", root="src/lib.rs", kind="lib", edition="2021")
    program = Program(unit, [read_file("src/lib.rs", code.encode())], None, lambda _: code.encode())
    paths = {canonical_path(program, entry): entry.index for entry in program.functions}
    path = shown.split()[1]
    flow = Flows(program).of(paths[path])
    assert flow is not None
    assert body_text(path, flow) == shown


def test_the_page_has_its_four_functions() -> None:
    assert len(EXAMPLES) == 4
