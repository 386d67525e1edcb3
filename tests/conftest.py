"""Fixtures that tests of several rooms share."""

from __future__ import annotations

from pathlib import Path

import pytest

from trees import Write


@pytest.fixture
def tree(tmp_path: Path) -> Write:
    """Write files below a fresh folder; returns the folder."""
    root = tmp_path / "tree"

    def write(files: dict[str, str]) -> Path:
        root.mkdir(exist_ok=True)
        for path, text in files.items():
            place = root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
        return root

    return write
