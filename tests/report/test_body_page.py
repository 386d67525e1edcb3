"""The page about bodies shows what the tool prints."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_every_example_of_the_page_is_what_the_tool_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    from body_page import EXAMPLE, renewed  # noqa: PLC0415 - a tool, found at run time

    page = (ROOT / "docs" / "bodies.md").read_text("utf-8")
    assert len(EXAMPLE.findall(page)) == 4
    assert renewed(page) == page, "run tools/body_page.py"
