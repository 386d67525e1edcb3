"""Inline assembly: which operands it reads and writes."""

from __future__ import annotations

from tree_sitter import Node

from scrutineer.facts.lower.expansion import Call
from scrutineer.facts.lower.expression import lower_operand, lower_place
from scrutineer.facts.lower.source import framed, parts, span_of
from scrutineer.facts.lower.state import Builder, emit
from scrutineer.model.body import Operand, Place

_READS = frozenset({b"in", b"inout", b"inlateout"})
_WRITES = frozenset({b"out", b"lateout", b"inout", b"inlateout"})


def lower_asm(builder: Builder, call: Call, target: Place | None) -> None:
    """Lower `asm!`: operands that cannot be read are left out, the operation stays."""
    operands: list[Operand] = []
    for part in _split(call.node.children[-1]):
        _operand(builder, part, operands)
    emit(builder, "asm", span_of(builder, call.node), target, tuple(operands), call.path)


def _split(tree: Node) -> list[list[Node]]:
    """Tokens between the commas of a token tree."""
    found: list[list[Node]] = [[]]
    for child in tree.children[1:-1]:
        if child.type == ",":
            found.append([])
        else:
            found[-1].append(child)
    return found


def _operand(builder: Builder, tokens: list[Node], operands: list[Operand]) -> None:
    words = [builder.text[token.start_byte : token.end_byte] for token in tokens]
    if len(words) > 2 and words[1] == b"=":
        tokens, words = tokens[2:], words[2:]
    if len(tokens) < 3 or tokens[1].type != "token_tree" or words[0] not in _READS | _WRITES:
        return
    start, end = tokens[2].start_byte, tokens[-1].end_byte
    text = builder.text[start:end]
    into = text.partition(b"=>")
    with framed(builder, b"_(", start, into[0] + b"," + b" " + into[2] if into[1] else text, b");") as body:
        if body is None:
            return
        arguments = parts(body)[0].children[0].child_by_field_name("arguments")
        places = parts(arguments) if arguments is not None else []
        if words[0] in _READS and places:
            operands.append(lower_operand(builder, places[0]))
        if words[0] in _WRITES and places and not _discards(builder, places[-1]):
            operands.append(Operand("write", lower_place(builder, places[-1])))


def _discards(builder: Builder, node: Node) -> bool:
    """Whether an output goes nowhere (`_`)."""
    return builder.text[node.start_byte : node.end_byte] == b"_"
