"""Comments are told from what only looks like one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scrutineer.syntax.lexer import blank_comments, comments, normalised

PIECES = {
    "// line\n": True,
    "/* block /* nested */ */": True,
    "/// doc\n": True,
    '"// no"': False,
    '"a \\" // no"': False,
    'r#"" // no"#': False,
    'br##"/*"##': False,
    "'\"'": False,
    "'\\''": False,
    "b'/'": False,
    "&'a str": False,
    "'é'": False,
    "a / b": False,
    "r#fn": False,
    "\n": False,
}


@given(st.lists(st.sampled_from(sorted(PIECES)), max_size=12))
def test_exactly_the_comments_are_found(pieces: list[str]) -> None:
    text = " ".join(pieces).encode()
    found = [text[start:end] for start, end in comments(text)]
    assert found == [piece.rstrip("\n").encode() for piece in pieces if PIECES[piece]]


@given(st.binary(max_size=200) | st.text("/*'\"r#\\\nab ", max_size=60).map(str.encode))
def test_any_bytes_keep_their_length_and_their_lines(text: bytes) -> None:
    blank = blank_comments(text)
    assert len(blank) == len(text)
    assert [i for i, b in enumerate(blank) if b == 10] == [i for i, b in enumerate(text) if b == 10]


def test_layout_does_not_matter_to_normalised_text() -> None:
    assert normalised(b"unsafe { f( ) } // why") == normalised(b"unsafe {\n  f()\n}")
