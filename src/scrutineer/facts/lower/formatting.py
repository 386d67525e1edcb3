"""Operands of format macros: arguments, named arguments, and names inside the format string."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from scrutineer.facts.lower.expression import LITERALS, read_operand
from scrutineer.facts.lower.names import place_of_name
from scrutineer.facts.lower.source import parts, text_of
from scrutineer.facts.lower.state import Builder
from scrutineer.model.body import Operand
from scrutineer.syntax.tokens import TokenError, tokenize


def format_operands(builder: Builder, arguments: list[Node]) -> tuple[Operand, ...]:
    """What a format macro reads; literals are left out."""
    operands: list[Operand] = []
    named: set[str] = set()
    captured: list[str] = []
    for node in arguments:
        value = node
        if node.type == "assignment_expression":
            label, value = parts(node)
            named.add(text_of(builder, label))
        if value.type in {"string_literal", "raw_string_literal"}:
            captured.extend(_names_in(text_of(builder, value)))
        elif value.type not in LITERALS:
            operands.append(read_operand(builder, value))
    for name in dict.fromkeys(captured):
        place = place_of_name(builder, name)
        if name not in named and place.local >= 0:
            operands.append(Operand("read", place))
    return tuple(operands)


def _names_in(text: str) -> Iterator[str]:
    """Names in braces of a format string: `{x}`, `{x:?}`, `{:width$}`."""
    pieces = text.replace("{{", "").split("{")
    for piece in pieces[1:]:
        name, _, details = piece.partition("}")[0].partition(":")
        if name.strip().isidentifier():
            yield name.strip()
        if "$" in details:
            width = details.rpartition("$")[0].lstrip("<>^+-#0 .")
            if width.isidentifier():
                yield width


def without_marks(arguments: bytes) -> bytes:
    """Arguments of a log macro as an ordinary call would have them, each where it stands.

    Blanks out `target:` and other settings, and the marks of `%shown` and `?debugged` fields (see the documentation of
    the tracing crate). Text that does not read as Rust is left as it is.
    """
    try:
        tokens = tokenize(arguments)
    except TokenError:
        return arguments
    text = bytearray(arguments)
    at = 0
    starts = True
    while at < len(tokens):
        token = tokens[at]
        setting = (
            starts and token.kind == "identifier" and at + 1 < len(tokens) and tokens[at + 1].text == ":"
        )
        if setting or (starts and token.text in {"%", "?"}):
            end = tokens[at + 1].end if setting else token.end
            text[token.start : end] = b" " * (end - token.start)
            at += 2 if setting else 1
            continue
        starts = token.text in {",", "="}
        at = token.partner + 1 if token.partner > at else at + 1
    return bytes(text)
