"""Small trees on disk, written by the test that needs them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Write = Callable[[dict[str, str]], Path]


@pytest.fixture
def tree(tmp_path: Path) -> Write:
    """Write files below a fresh folder; returns the folder."""

    def write(files: dict[str, str]) -> Path:
        root = tmp_path / "tree"
        for path, text in files.items():
            place = root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
        return root

    return write
