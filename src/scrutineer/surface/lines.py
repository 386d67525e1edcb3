"""Code lines of C and Rust: without comments and blanks; of Rust also those that stand in unsafe code.

A line counts as code when something other than white space is left of it after comments are removed; the inside
of a string is code. Unsafe lines are the code lines of unsafe blocks and of the bodies of unsafe functions, and every
other code line that says `unsafe` (an impl, a trait, a declaration): the body of an `unsafe impl` is safe code.
"""

from __future__ import annotations

import re

import msgspec

_STRING = rb'"(?:[^"\\]|\\.)*+"?'
_C_TOKEN = re.compile(rb"//[^\n]*|/\*.*?(?:\*/|\Z)|" + _STRING + rb"|'(?:[^'\\\n]|\\.)*+'?", re.DOTALL)
_RUST_TOKEN = re.compile(
    rb"//[^\n]*|/\*|\b(?:b|c)?r(#*)\".*?\"\1|" + _STRING + rb"|b?'(?:\\[^\n'][^\n']{0,9}|\\'|[^\\'\n]{1,4})'",
    re.DOTALL,
)
_COMMENT_EDGE = re.compile(rb"/\*|\*/")
_VISIBLE = re.compile(rb"\S")
_UNSAFE = re.compile(rb"\bunsafe\b")
_UNSAFE_BODY = re.compile(
    rb"\bunsafe\b(?=\s*(?:\{|(?:extern\s*(?:s+\s*)?)?fn\b))"
)  # a string's text is `s` by then
_BRACE = re.compile(rb"[{};]")


class LineCount(msgspec.Struct, frozen=True):
    """Lines of one file, or of many together."""

    lines: int
    code_lines: int
    unsafe_lines: int

    def __add__(self, other: LineCount) -> LineCount:
        return LineCount(
            self.lines + other.lines,
            self.code_lines + other.code_lines,
            self.unsafe_lines + other.unsafe_lines,
        )


NOTHING = LineCount(0, 0, 0)


def count_c(source: bytes) -> LineCount:
    """Count C; its unsafe lines are 0 by definition of the word, not because they would be safe."""
    code = _C_TOKEN.sub(_blank_comment, source)
    return LineCount(_line_total(source), _code_total(code), 0)


def count_rust(source: bytes) -> LineCount:
    """Count Rust, with nested comments and raw strings."""
    code = _without_rust_comments(source)
    unsafe = _unsafe_lines(code) if b"unsafe" in code else 0
    return LineCount(_line_total(source), _code_total(code), unsafe)


def _line_total(source: bytes) -> int:
    return source.count(b"\n") + (not source.endswith(b"\n") and bool(source))


def _code_total(code: bytes) -> int:
    return sum(1 for line in code.split(b"\n") if line and not line.isspace())


def _blank_comment(found: re.Match[bytes]) -> bytes:
    text = found.group()
    return b"\n" * text.count(b"\n") if text.startswith((b"//", b"/*")) else text


def _without_rust_comments(source: bytes) -> bytes:
    """Comments become line ends; what strings and characters hold becomes `s`, so that braces in them do not count."""
    kept: list[bytes] = []
    at = 0
    while found := _RUST_TOKEN.search(source, at):
        kept.append(source[at : found.start()])
        token, at = found.group(), found.end()
        if token == b"/*":
            at = _comment_end(source, at)
            kept.append(b"\n" * source.count(b"\n", found.start(), at))
        elif token.startswith(b"//"):
            continue
        else:
            kept.append(_VISIBLE.sub(b"s", token))
    kept.append(source[at:])
    return b"".join(kept)


def _comment_end(source: bytes, at: int) -> int:
    depth = 1
    for edge in _COMMENT_EDGE.finditer(source, at):
        depth += 1 if edge.group() == b"/*" else -1
        if not depth:
            return edge.end()
    return len(source)


def _unsafe_lines(code: bytes) -> int:
    inside = {code.count(b"\n", 0, found.start()) for found in _UNSAFE.finditer(code)}
    done = 0
    for found in _UNSAFE_BODY.finditer(code):
        end = _body_end(code, found.end()) if found.start() >= done else None
        if end is not None:
            done = end
            first = code.count(b"\n", 0, found.start())
            inside.update(range(first, first + code.count(b"\n", found.start(), end) + 1))
    lines = code.split(b"\n")
    return sum(1 for number in inside if lines[number].strip())


def _body_end(code: bytes, at: int) -> int | None:
    """Where the brace closes that opens next; None when the item ends first with a semicolon."""
    depth = 0
    for brace in _BRACE.finditer(code, at):
        if brace.group() == b"{":
            depth += 1
        elif brace.group() == b"}":
            depth -= 1
            if depth <= 0:
                return brace.end()
        elif not depth and b"[" not in code[at : brace.start()]:
            return None
    return None
