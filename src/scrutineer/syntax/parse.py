"""Bytes to a tree: what can be parsed at all, normalised where the grammar needs it, with every error kept."""

from __future__ import annotations

from typing import NamedTuple

from tree_sitter import Parser, Point, Range, Tree

from scrutineer.model.file import Rewrite
from scrutineer.model.span import Span
from scrutineer.syntax.grammar import LANGUAGE
from scrutineer.syntax.normalise import normalise

MAX_BYTES = 16 << 20
"""Larger files are not read: a tree takes twenty bytes per source byte, and no one reviews such a file."""

MAX_DEPTH = 500
"""Deeper trees are not read. The deepest file of a thousand crates and the kernel has less than half of it."""

_WATCHED_BYTES = 64 << 10
_CHUNK = 64 << 10
_STEPS, _BYTES_PER_STEP = 5_000, 50
"""A step is a call of the parser's progress callback. Rust takes one for 190 bytes, endless quotes one for 20."""

_parser = Parser(LANGUAGE)


class NotReadableError(Exception):
    """A file that cannot be read; the message is the reason, for the list of files that were not read."""


class Parsed(NamedTuple):
    """A tree, and the text as written that its offsets point into (what was parsed differs in `rewrites`)."""

    tree: Tree
    text: bytes
    rewrites: tuple[Rewrite, ...] = ()
    errors: tuple[Span, ...] = ()


def parse(text: bytes) -> Parsed:
    """Parse a file; raise NotReadableError for what is no Rust source or would take forever."""
    if len(text) > MAX_BYTES:
        raise NotReadableError(f"larger than {MAX_BYTES >> 20} MiB ({len(text)} bytes)")
    if (nul := text.find(b"\0")) >= 0:
        raise NotReadableError(f"a NUL byte at offset {nul}")
    try:
        text.decode()
    except UnicodeDecodeError as error:
        raise NotReadableError(f"not UTF-8: {error.reason} at offset {error.start}") from None
    return _mended(text, 0, text)


def parse_range(parsed: Parsed, start: int, part: bytes) -> Parsed:
    """Parse a part of a file as statements and items of its own; offsets stay those of the file.

    `part` is that part as written, or changed to the same length where it was no Rust (the metavariables of a
    macro definition). Trees deeper than MAX_DEPTH raise NotReadableError.
    """
    result = _mended(part, start, parsed.text, guesses=(False,))
    refuse_deep(result.tree)
    return result


def parse_item(text: bytes, start: int, end: int) -> Parsed:
    """Parse one item of a file that was read before; offsets stay those of the file."""
    return _mended(text[start:end], start, text)


def refuse_deep(tree: Tree) -> None:
    """Raise NotReadableError for a tree that is too deep to be walked by recursion."""
    cursor = tree.walk()
    depth = 0
    while True:
        if cursor.goto_first_child():
            depth += 1
            if depth > MAX_DEPTH:
                raise NotReadableError(f"nested deeper than {MAX_DEPTH} levels")
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return
            depth -= 1


def _mended(part: bytes, start: int, whole: bytes, guesses: tuple[bool, ...] = (False, True)) -> Parsed:
    """Parse, and where that gives errors try the table of constructs, first the sure rows, then all.

    In parts of macros only the sure ones: most of what does not parse there is no Rust at all.
    """
    tree = _tree(part, start)
    if not tree.root_node.has_error:
        return Parsed(tree, whole)
    best = Parsed(tree, whole, errors=_errors(tree))
    for guess in guesses:
        changed, rewrites = normalise(part, start, guess=guess)
        if len(rewrites) > len(best.rewrites):
            tree = _tree(changed, start)
            best = min(best, Parsed(tree, whole, rewrites, _errors(tree)), key=_damage)
        if not best.errors:
            break
    return best


def _damage(parsed: Parsed) -> int:
    """How bad the errors are: their bytes, and one for each."""
    return sum(error.end - error.start + 1 for error in parsed.errors)


def _tree(part: bytes, start: int) -> Tree:
    """Parse bytes as if they began at `start`; give up on text that costs far more than Rust does."""
    if start == 0 and len(part) < _WATCHED_BYTES:
        return _parser.parse(part)
    budget = _STEPS + len(part) // _BYTES_PER_STEP

    def read(offset: int, _: Point) -> bytes:
        return part[offset - start : offset - start + _CHUNK]

    def spent(_offset: int, _error: bool) -> bool:
        nonlocal budget
        budget -= 1
        return budget < 0

    parser = _parser
    if start:
        end = start + len(part)
        parser = Parser(LANGUAGE, included_ranges=[Range(Point(0, start), Point(0, end), start, end)])
    if len(part) < _WATCHED_BYTES:
        return parser.parse(read)
    try:
        return parser.parse(read, progress_callback=spent)
    except ValueError:
        parser.reset()
        raise NotReadableError("parsing it takes far more steps than Rust source does") from None


def _errors(tree: Tree) -> tuple[Span, ...]:
    """Spans of the outermost error nodes; a missing token is an empty span."""
    found: list[Span] = []
    cursor = tree.walk()
    while True:
        node = cursor.node
        assert node is not None
        if node.is_error or node.is_missing:
            found.append(Span(node.start_byte, node.end_byte))
        elif node.has_error and cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return tuple(found)
