"""Macro definitions and calls: recorded as holes, and read as Rust where they parse."""

from __future__ import annotations

import re

from tree_sitter import Node

from scrutineer.facts.attributes import conjoin, is_test_predicate
from scrutineer.facts.draft import Draft, FileDraft
from scrutineer.facts.handlers import reads
from scrutineer.facts.heads import shared
from scrutineer.facts.operations import note
from scrutineer.facts.types import words
from scrutineer.facts.unsafety import anchors_of
from scrutineer.facts.walk import walk_part
from scrutineer.model.span import Span
from scrutineer.syntax.conditional import branches
from scrutineer.syntax.grammar import field, kind, kinds
from scrutineer.syntax.parse import NotReadableError, parse_range
from scrutineer.syntax.transcribers import Piece, as_rust, comments_in, unsafe_pieces

_MACRO, _NAME, _RIGHT, _LEFT = field("macro"), field("name"), field("right"), field("left")
_TOKEN_TREE, _RULE, _STATEMENT = kind("token_tree"), kind("macro_rule"), kind("expression_statement")
_ITEM_PARENTS = kinds("source_file", "declaration_list")
_TYPE_FIELDS = frozenset({"type", "return_type", "element"})
_TYPE_PARENTS = kinds(
    "type_arguments", "tuple_type", "ordered_field_declaration_list", "bounded_type", "trait_bounds"
)
_MOST_NESTED = 12
_ASSEMBLY = frozenset({"asm", "naked_asm", "global_asm", "llvm_asm"})
_HOLDS = re.compile(
    rb"\b(?:unsafe|fn|struct|enum|union|trait|static|mod|type|const|use|macro_rules!)\s+[\w$]|\b(?:impl|extern)\b"
)
_CALL = re.compile(rb"(\.|(?<![\w$.]))\s*((?:\w+::)*[a-z_]\w*)\s*\(")
_BLOCK_ENDS = re.compile(rb"(?:\s|//[^\n]*\n|/\*[\s\S]*?\*/)*+\}")
_LITERAL = re.compile(rb'\s*"([^"\\]+)"\s*,?\s*')
_INCLUDES = frozenset({"include", "std::include", "core::include"})
_QUOTED = re.compile(rb'"(?:[^"\\]|\\[\s\S])*"|//[^\n]*')


@reads("macro_definition")
def read_definition(draft: FileDraft, node: Node) -> bool:
    """Record `macro_rules!`, and read each transcriber as Rust."""
    name = node.child_by_field_id(_NAME)
    item = shared(draft, node.start_byte, node.end_byte, name)
    rules = [child for child in node.named_children if child.kind_id == _RULE]
    first = min((rule.start_byte for rule in rules), default=node.end_byte)
    last = max((rule.end_byte for rule in rules), default=node.end_byte)
    item["body"] = Span(first, last)
    item["exported"] = any(one.path == "macro_export" for one in item["attributes"])
    index = len(draft.macro_definitions)
    draft.macro_definitions.append(item)
    scope = draft.scope.inner()
    scope.cfg, scope.test, scope.definition, scope.anchors = item["cfg"], item["test"], index, ()
    scope.candidates = None
    outer, draft.scope = draft.scope, scope
    for rule in rules:
        left, right = rule.child_by_field_id(_LEFT), rule.child_by_field_id(_RIGHT)
        if left is not None and right is not None:
            scope.matcher = draft.text[left.start_byte : left.end_byte]
            _read_tokens(draft, right, any_item=True)
    draft.scope = outer
    return False


@reads("macro_invocation")
def read_invocation(draft: FileDraft, node: Node) -> bool:
    """Record a call as a hole, and read its arguments as Rust."""
    path, tokens = node.child_by_field_id(_MACRO), node.named_children[-1]
    if path is None or tokens.kind_id != _TOKEN_TREE:
        return False
    outer = draft.scope
    start, end = tokens.start_byte, tokens.end_byte
    item = shared(draft, node.start_byte, node.end_byte, path)
    name = item["name"] = words(path, draft.text)
    position = _position(draft, node)
    if position == "item" and _read_branches(draft, name, start, end):
        return False
    if name.removeprefix("::") in _INCLUDES:
        _note_include(draft, dict(item), draft.text[start + 1 : end - 1])
    item |= {
        "arguments": Span(start + 1, end - 1),
        "delimiter": chr(draft.text[start]),
        "position": position,
        "function": outer.function,
    }
    index = len(draft.macro_calls)
    draft.macro_calls.append(item)
    outer.calls.holes.append(index)
    note(draft, "asm" if name.rpartition("::")[2] in _ASSEMBLY else "macro", name, node)
    if position == "item" and name.rpartition("::")[2] in draft.expanded:
        item["anchors"] = ()
        return False
    scope = outer.inner()
    scope.macro = index
    draft.scope = scope
    scope.anchors = tuple(anchors_of(draft, node)) if draft.speaks_of_safety else ()
    item["anchors"] = scope.anchors
    _read_tokens(draft, tokens, any_item=position == "item" or draft.text[start] == ord("{"))
    draft.scope = outer
    return False


def _note_include(draft: FileDraft, item: Draft, arguments: bytes) -> None:
    """Record an included file as a module without a name, if the call says which it is."""
    path = _LITERAL.fullmatch(arguments)
    if path is not None:
        item |= {"name": "", "inline": False, "path": path[1].decode("utf-8", "replace"), "included": True}
        draft.modules.append(item)


def _read_branches(draft: FileDraft, name: str, start: int, end: int) -> bool:
    """Read items that a macro puts under predicates, if it is one of those."""
    found = branches(name, draft.text[start:end])
    outer = draft.scope
    for predicate, low, high, _ in found or ():
        draft.scope = outer.inner()
        draft.scope.cfg = conjoin(outer.cfg, predicate)
        draft.scope.test = outer.test or is_test_predicate(predicate)
        _walk_piece(draft, start + low, draft.text[start + low : start + high])
    draft.scope = outer
    return found is not None


def _position(draft: FileDraft, node: Node) -> str:
    parent = draft.above[-1] if draft.above else None
    if parent is None or draft.cursor.field_name in _TYPE_FIELDS or parent.kind_id in _TYPE_PARENTS:
        return "type" if parent is not None else "item"
    if parent.kind_id == _STATEMENT:
        return "item" if _holds_items(draft, draft.above[-2]) else "statement"
    if _holds_items(draft, parent):
        return "item"
    if parent.type == "block":
        return "expression" if _BLOCK_ENDS.match(draft.text, node.end_byte) else "statement"
    return "pattern" if parent.type.endswith("_pattern") else "expression"


def _holds_items(draft: FileDraft, node: Node) -> bool:
    return node.kind_id in _ITEM_PARENTS and draft.scope.function < 0


def _read_tokens(draft: FileDraft, tokens: Node, *, any_item: bool) -> None:
    """Read a token tree as Rust: whole where it parses, else each unsafe piece of it alone."""
    start, end = tokens.start_byte, tokens.end_byte
    written = draft.text[start:end]
    matcher = draft.scope.matcher
    holds_unsafe = b"unsafe" in written
    if holds_unsafe and draft.nested >= _MOST_NESTED:
        raise NotReadableError(f"unsafe code in macros that are nested more than {_MOST_NESTED} deep")
    if draft.nested < _MOST_NESTED and (holds_unsafe or (any_item and _HOLDS.search(written))):
        if any(_walk_whole(draft, start, part) for part in as_rust(written, matcher)):
            return
        pieces = list(unsafe_pieces(written, matcher)) if holds_unsafe else []
    else:
        pieces = []
        if draft.scope.function >= 0:
            for dot, name in _CALL.findall(_QUOTED.sub(b'""', written)):
                draft.scope.calls.calls[(dot + name).decode("utf-8", "replace")] = None
    _walk_pieces(draft, start, pieces, comments_in(written))


def _walk_pieces(draft: FileDraft, start: int, pieces: list[Piece], comments: list[tuple[int, int]]) -> None:
    """Read pieces in order, and note the comments between them."""
    reached = following_comment = 0
    outer = draft.scope
    for offset, piece, anchors in [*pieces, Piece(len(draft.text), b"", ())]:
        while following_comment < len(comments) and comments[following_comment][0] < offset:
            low, high = comments[following_comment]
            if low >= reached:
                draft.comments.append((start + low, start + high))
            following_comment += 1
        draft.doc_mark = b""
        if piece:
            draft.scope = outer.inner()
            draft.scope.anchors = tuple(start + anchor for anchor in anchors)
            if anchors and anchors[-1] == 0:
                draft.scope.anchors += outer.anchors
            _walk_piece(draft, start + offset, piece)
        reached = offset + len(piece)
    draft.scope = outer


def _walk_whole(draft: FileDraft, start: int, part: bytes) -> bool:
    try:
        parsed = parse_range(draft.parsed, start, part)
    except NotReadableError:
        return False
    if any(error.start < error.end or error.end < start + len(part) for error in parsed.errors):
        return False
    walk_part(draft, parsed._replace(errors=()))
    return True


def _walk_piece(draft: FileDraft, start: int, piece: bytes) -> None:
    walk_part(draft, parse_range(draft.parsed, start, piece))
