"""Constructs that function bodies use, and how many bodies use each: what generated programs have to cover.

    python tools/constructs.py FOLDER...

prints, for the Rust files below the folders, each construct that occurs in at least one body of a thousand, with
its share in per cent. The list that the tests hold was made so from the kernel and the crates of the corpora.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tree_sitter import Node, Parser

from scrutineer.facts.lower.expansion import FORMS
from scrutineer.syntax.grammar import LANGUAGE

LEAST = 0.001
_PLAIN = frozenset(
    [
        "await_expression",
        "async_block",
        "const_block",
        "index_expression",
        "range_expression",
        "type_cast_expression",
        "tuple_expression",
        "unsafe_block",
        "try_expression",
        "closure_expression",
        "loop_expression",
        "for_expression",
        "continue_expression",
        "return_expression",
        "struct_pattern",
        "tuple_struct_pattern",
        "tuple_pattern",
        "slice_pattern",
        "range_pattern",
        "reference_pattern",
        "or_pattern",
        "ref_pattern",
        "mut_pattern",
        "captured_pattern",
        "parenthesized_expression",
        "try_block",
        "yield_expression",
        "gen_block",
    ]
)
_FLAGGED = {"closure_expression": ("move", "async"), "async_block": ("move",)}


def bodies(root: Node) -> Iterator[Node]:
    """Functions that have a body, nested ones too."""
    pending = [root]
    while pending:
        node = pending.pop()
        if node.type == "function_item" and node.child_by_field_name("body") is not None:
            yield node
        pending.extend(node.named_children)


def constructs(function: Node, text: bytes) -> set[str]:
    """Names of the constructs that a function uses, without functions inside it."""
    found: set[str] = set()
    parameters, body = function.child_by_field_name("parameters"), function.child_by_field_name("body")
    pending = [node for node in (parameters, body) if node is not None]
    while pending:
        node = pending.pop()
        if node.type in {"function_item", "token_tree"}:
            continue
        found.update(_of(node, text))
        pending.extend(node.named_children)
    return found


def _of(node: Node, text: bytes) -> Iterator[str]:
    kind = node.type
    if kind in _PLAIN:
        yield kind
        yield from (f"{kind} {word}" for word in _FLAGGED.get(kind, ()) if _has(node, word))
    reader = _READERS.get(kind)
    if reader is not None:
        yield from reader(node, text)


def _has(node: Node, word: str) -> bool:
    return any(child.type == word for child in node.children)


def _field(node: Node, name: str) -> str:
    child = node.child_by_field_name(name)
    return child.type if child is not None else ""


def _let(node: Node, _: bytes) -> Iterator[str]:
    value = node.child_by_field_name("value")
    yield "let" if value is not None else "let without value"
    if _has(node, "else"):
        yield "let else"
    yield f"let pattern {_field(node, 'pattern')}"
    if value is not None and value.type == "reference_expression":
        yield "let of a reference"


def _if(node: Node, _: bytes) -> Iterator[str]:
    condition = _field(node, "condition")
    alternative = "else" if _has(node, "else_clause") else "alone"
    word = {"let_condition": "if let", "let_chain": "if let chain"}.get(condition, "if")
    yield f"{word} {alternative}"


def _while(node: Node, _: bytes) -> Iterator[str]:
    word = {"let_condition": "while let", "let_chain": "while let chain"}
    yield word.get(_field(node, "condition"), "while")


def _match(node: Node, _: bytes) -> Iterator[str]:
    yield f"match on {_field(node, 'value')}"


def _guard(node: Node, _: bytes) -> Iterator[str]:
    condition = _field(node, "condition")
    if condition:
        yield "guard with let" if condition in {"let_condition", "let_chain"} else "guard"


def _break(node: Node, _: bytes) -> Iterator[str]:
    labelled = _has(node, "label")
    value = node.named_child_count > int(labelled)
    yield f"{'labelled ' if labelled else ''}break{' with value' if value else ''}"


def _unary(node: Node, _: bytes) -> Iterator[str]:
    yield f"unary {node.children[0].type}"


def _binary(node: Node, _: bytes) -> Iterator[str]:
    operator = node.children[1].type
    if operator in {"&&", "||"}:
        yield f"lazy {operator}"
    else:
        yield "comparison" if operator in {"==", "!=", "<", ">", "<=", ">="} else "arithmetic"


def _assign(node: Node, _: bytes) -> Iterator[str]:
    yield f"assignment to {node.children[0].type}"


def _compound(node: Node, _: bytes) -> Iterator[str]:
    yield "compound assignment" if node.named_child_count > 1 else "compound assignment, broken"


def _reference(node: Node, _: bytes) -> Iterator[str]:
    raw = "raw " if _has(node, "raw") else ""
    yield f"borrow {raw}{'mut' if _has(node, 'mutable_specifier') else 'shared'}"


def _call(node: Node, _: bytes) -> Iterator[str]:
    function = node.child_by_field_name("function")
    if function is not None and function.type == "generic_function":
        yield "turbofish"
        function = function.child_by_field_name("function")
    yield f"call of {function.type if function is not None else ''}"


def _array(node: Node, _: bytes) -> Iterator[str]:
    yield "array repeated" if _has(node, ";") else "array"


def _struct(node: Node, _: bytes) -> Iterator[str]:
    body = node.child_by_field_name("body")
    parts = {child.type for child in body.named_children} if body is not None else set()
    yield "struct update" if "base_field_initializer" in parts else "struct"
    if "shorthand_field_initializer" in parts:
        yield "struct shorthand"


def _macro(node: Node, text: bytes) -> Iterator[str]:
    name = node.child_by_field_name("macro")
    path = text[name.start_byte : name.end_byte].decode() if name is not None else ""
    yield f"macro {FORMS.get(path.rpartition('::')[2], 'unknown')}"


def _block(node: Node, text: bytes) -> Iterator[str]:
    if _has(node, "label"):
        yield "labelled block"
    for child in node.children:
        if child.type == "attribute_item" and text[child.start_byte : child.end_byte].startswith(b"#[cfg"):
            yield "cfg on a statement"


def _parameter(node: Node, _: bytes) -> Iterator[str]:
    yield f"parameter {_field(node, 'pattern')}"


_READERS = {
    "let_declaration": _let,
    "if_expression": _if,
    "while_expression": _while,
    "match_expression": _match,
    "match_pattern": _guard,
    "break_expression": _break,
    "unary_expression": _unary,
    "binary_expression": _binary,
    "assignment_expression": _assign,
    "compound_assignment_expr": _compound,
    "reference_expression": _reference,
    "call_expression": _call,
    "array_expression": _array,
    "struct_expression": _struct,
    "macro_invocation": _macro,
    "block": _block,
    "parameter": _parameter,
}


def count(folders: list[str]) -> tuple[Counter[str], int]:
    """Bodies per construct, and bodies in all."""
    parser = Parser(LANGUAGE)
    found: Counter[str] = Counter()
    total = 0
    for path in (path for folder in folders for path in sorted(Path(folder).rglob("*.rs")) if path.is_file()):
        text = path.read_bytes()
        for function in bodies(parser.parse(text).root_node):
            found.update(constructs(function, text))
            total += 1
    return found, total


if __name__ == "__main__":
    tally, bodies_seen = count(sys.argv[1:])
    for construct, number in sorted(tally.items(), key=lambda item: (-item[1], item[0])):
        if number >= LEAST * bodies_seen:
            print(f"{100 * number / bodies_seen:6.2f}  {construct}")
