"""Byte offsets become the lines and columns that an editor shows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scrutineer.model.span import Position, line_table


@given(st.text("aé日😀\n\r ", max_size=60), st.data())
def test_positions_count_lines_and_characters(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    before = text[:at]
    expected = Position(before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1)
    assert line_table(text.encode()).position(len(before.encode())) == expected
