"""The models on the documentation page work as the page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from scrutineer.cli.main import command

DOCS = Path(__file__).parents[2] / "docs"
BLOCKS = re.findall(
    r"```python\n(.*?)```\n.*?```text\n(.*?)```", (DOCS / "explore.md").read_text(), re.DOTALL
)


@pytest.mark.parametrize(("model", "expected"), BLOCKS)
def test_a_model_of_the_page_gives_the_text_below_it(tmp_path: Path, model: str, expected: str) -> None:
    path = tmp_path / "model.py"
    path.write_text(model)
    result = CliRunner().invoke(command, ["explore", str(path)])
    for line in expected.splitlines():
        assert line in result.output.splitlines()


def test_the_page_shows_a_model_of_ten_lines() -> None:
    assert min(sum(bool(line.strip()) for line in model.splitlines()) for model, _ in BLOCKS) <= 10


def test_every_example_has_a_page() -> None:
    examples = DOCS.parent / "examples"
    names = {p.stem for p in examples.iterdir() if not p.name.startswith(("_", "."))}
    pages = {page.stem for page in (DOCS / "examples").glob("*.md")}
    assert {"death_list", "list_api", "if_let_guard", "lock_order", "lost_wakeup"} <= names & pages
    index = (DOCS / "explore.md").read_text()
    assert not [page for page in pages & names if f"examples/{page}.md" not in index]
