"""The counts of Linux 6.18.5, against two independent counts made by hand and by other means."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scrutineer.facts import read_file
from scrutineer.model.file import FileFacts

TREE = Path(os.environ.get("SCRUTINEER_KERNEL_TREE", "."))
VERSION = "VERSION = 6\nPATCHLEVEL = 18\nSUBLEVEL = 5\n"

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(
        not (TREE / "rust").is_dir() or VERSION not in (TREE / "Makefile").read_text(),
        reason="SCRUTINEER_KERNEL_TREE names no Linux 6.18.5",
    ),
]


@pytest.fixture(scope="module")
def tree() -> list[FileFacts]:
    paths = sorted(path for path in TREE.rglob("*.rs") if path.is_file())
    return [read_file(path.relative_to(TREE).as_posix(), path.read_bytes(), lower=False) for path in paths]


def test_unsafe_code_counts_where_it_is_written(tree: list[FileFacts]) -> None:
    blocks = [block for facts in tree for block in facts.unsafe_blocks]
    assert 1600 <= len(blocks) <= 1605
    assert 134 <= sum(block.macro >= 0 or block.definition >= 0 for block in blocks) <= 139
    assert 396 <= sum(facts.inventory.unsafe_fns for facts in tree) <= 400
    impls = [one for facts in tree for one in facts.impls if one.unsafe]
    assert len(impls) == 295
    assert sum(one.definition >= 0 for one in impls) == 25
    assert sum(facts.inventory.unsafe_traits for facts in tree) == 35


def test_blocks_without_a_comment_are_the_known_ones(tree: list[FileFacts]) -> None:
    """The count by a window of lines finds 31: it takes a comment five lines above macros.rs:1243 for its own."""
    bare = [
        f"{facts.path}:{facts.lines.line(block.span.start)}"
        for facts in tree
        for block in facts.unsafe_blocks
        if not block.comments
    ]
    assert [place for place in bare if not place.startswith("rust/pin-init/examples/")] == [
        "drivers/android/binder/rust_binder_main.rs:76",
        "rust/kernel/device_id.rs:204",
        "rust/pin-init/src/macros.rs:1243",
        "rust/pin-init/src/macros.rs:1484",
    ]
    assert len(bare) == 32


def test_the_only_file_with_errors_is_the_one_with_pasted_names(tree: list[FileFacts]) -> None:
    assert [facts.path for facts in tree if facts.coverage.errors] == ["rust/kernel/configfs.rs"]
