"""Writes the printed functions of docs/bodies.md again, after something learnt to say more of them.

python tools/body_page.py
"""

from __future__ import annotations

import re
from pathlib import Path

from scrutineer.facts.read import read_file
from scrutineer.flow.function import Flows
from scrutineer.flow.summaries import Summaries
from scrutineer.model.target import CrateUnit
from scrutineer.program.paths import canonical_path
from scrutineer.program.program import Program
from scrutineer.report.body_text import body_text

PAGE = Path(__file__).parent.parent / "docs" / "bodies.md"
EXAMPLE = re.compile(r"```rust\n(.*?)```\n\n```text\n(.*?)```", re.DOTALL)


def printed(code: str, path: str) -> str:
    """What `scrutineer body` prints of a function of a file."""
    unit = CrateUnit(name="demo", root="src/lib.rs", kind="lib", edition="2021")
    program = Program(unit, [read_file("src/lib.rs", code.encode())], None, lambda _: code.encode())
    (function,) = [e.index for e in program.functions if canonical_path(program, e) == path]
    flows = Flows(program)
    flow = flows.of(function)
    assert flow is not None
    return body_text(path, flow, Summaries(flows).of(function))


def renewed(page: str) -> str:
    """The page with each example's text as it is printed now."""
    return EXAMPLE.sub(
        lambda found: f"```rust\n{found[1]}```\n\n```text\n{printed(found[1], found[2].split()[1])}```", page
    )


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text("utf-8")), "utf-8")
