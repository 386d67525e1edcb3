"""What other crates see of a file changes with everything but what only bodies say."""

from __future__ import annotations

import pytest

from scrutineer.facts.interface import interface
from scrutineer.facts.read import read_file

TEXT = b"/// Doc.\npub fn f(x: u8) -> u8 { x }\nconst N: usize = 3;\nmacro_rules! m { () => { fn g() { 1; } } }\nimpl S { fn h(&self) { self.k(); } }\n"


def of(text: bytes) -> str:
    return interface(text, read_file("x.rs", text))


@pytest.mark.parametrize(
    ("old", "new", "seen"),
    [
        (b"{ x }", b"{ x + 1 }", False),
        (b"self.k();", b"self.k(); // SAFETY: none\n", False),
        (b"{ x }", b"{ struct T; x }", True),
        (b"{ x }", b"{ impl Drop for S { fn drop(&mut self) {} } x }", True),
        (b"x: u8", b"x: u16", True),
        (b"Doc.", b"Docs.", True),
        (b"= 3", b"= 4", True),
        (b"{ 1; }", b"{ 2; }", True),
        (b"fn h", b"pub fn h", True),
    ],
)
def test_edits_inside_bodies_alone_are_not_seen(old: bytes, new: bytes, seen: bool) -> None:
    assert old in TEXT
    assert (of(TEXT.replace(old, new)) != of(TEXT)) is seen
