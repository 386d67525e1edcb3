"""What bodies do: calls, writes and field accesses, for skeletons and as candidates of unsafe blocks."""

from __future__ import annotations

import re
from importlib import resources
from tomllib import loads

from tree_sitter import Node

from scrutineer.facts.draft import FileDraft
from scrutineer.facts.handlers import reads
from scrutineer.facts.types import words
from scrutineer.model.items import Candidate, CandidateKind
from scrutineer.model.span import Span
from scrutineer.syntax.grammar import field, kind, kinds

_FUNCTION, _VALUE, _FIELD, _LEFT = field("function"), field("value"), field("field"), field("left")
_GENERIC, _ACCESS = kind("generic_function"), kind("field_expression")
_PLACES = kinds("identifier", "self", "field_expression")
_INSIDE_EXPRESSIONS = re.compile(rb"[({!|&=/]")
_INSIDE_TYPES = re.compile(rb"[{!/]")
_LONGEST = 200
_STAR = ord("*")

LOCK_LIKE = frozenset(
    loads(resources.files("scrutineer.facts").joinpath("lock_like.toml").read_text("utf-8"))["methods"]
)
"""Methods that may take a lock: a body that calls one is lowered at once."""


def note(draft: FileDraft, sort: CandidateKind, text: str, node: Node) -> None:
    """Record a candidate, where candidates count."""
    found = draft.scope.candidates
    if found is not None:
        found.append(Candidate(sort, text[:_LONGEST], Span(node.start_byte, node.end_byte)))


@reads("call_expression")
def read_call(draft: FileDraft, node: Node) -> bool:
    """A call of a path or a method."""
    callee = node.child_by_field_id(_FUNCTION)
    if callee is not None and callee.kind_id == _GENERIC:
        callee = callee.child_by_field_id(_FUNCTION)
    if callee is None:
        return True
    draft.callee = (callee.start_byte, callee.end_byte)
    calls = draft.scope.calls
    if callee.kind_id != _ACCESS:
        name = words(callee, draft.text)[:_LONGEST]
        calls.calls[name] = None
        note(draft, "call", name, node)
        return True
    method, receiver = callee.child_by_field_id(_FIELD), callee.child_by_field_id(_VALUE)
    if method is None or receiver is None:
        return True
    name = draft.text[method.start_byte : method.end_byte].decode("utf-8", "replace")
    calls.calls["." + name] = None
    calls.lower = calls.lower or name in LOCK_LIKE
    if receiver.kind_id in _PLACES:
        _note_write(draft, receiver)
    note(draft, "method", name, node)
    return True


def _note_write(draft: FileDraft, place: Node) -> None:
    """A place that may be written through, if it is a plain path of fields."""
    written = words(place, draft.text)
    if len(written) <= _LONGEST and "(" not in written and "{" not in written:
        draft.scope.calls.writes[written] = None


@reads("assignment_expression", "compound_assignment_expr")
def read_assignment(draft: FileDraft, node: Node) -> bool:
    """An assignment; one to a field makes the body worth lowering at once."""
    left = node.child_by_field_id(_LEFT)
    if left is not None:
        _note_write(draft, left)
        if b"." in draft.text[left.start_byte : left.end_byte]:
            draft.scope.calls.lower = True
    return True


@reads("reference_expression")
def read_reference(draft: FileDraft, node: Node) -> bool:
    """`&mut place` and `&raw mut place`."""
    value = node.child_by_field_id(_VALUE)
    if value is not None and value.start_byte - node.start_byte > 3:
        between = draft.text[node.start_byte + 1 : value.start_byte].split()
        if b"mut" in between and value.kind_id in _PLACES:
            _note_write(draft, value)
    return True


@reads("unary_expression", only="in unsafe code")
def read_dereference(draft: FileDraft, node: Node) -> bool:
    """`*operand`."""
    if draft.text[node.start_byte] == _STAR:
        operand = draft.text[node.start_byte + 1 : node.end_byte].decode("utf-8", "replace")
        note(draft, "deref", operand.strip(), node)
    return True


@reads(
    "parameters", "type_arguments", "type_parameters", "reference_type", "pointer_type", "generic_type", "tuple_type",
    "scoped_type_identifier", "function_type", "where_clause", "scoped_identifier",
)  # fmt: skip
def skip_type(draft: FileDraft, node: Node) -> bool:
    """Types hold nothing to read unless a block, a macro call or a comment stands in them."""
    return _INSIDE_TYPES.search(draft.text, node.start_byte, node.end_byte) is not None


@reads("arguments", "tuple_expression", "array_expression", "field_expression", only="in safe code")
def skip_plain(draft: FileDraft, node: Node) -> bool:
    """Names, literals and field accesses hold nothing to read."""
    return _INSIDE_EXPRESSIONS.search(draft.text, node.start_byte + 1, node.end_byte - 1) is not None


@reads("identifier", only="in unsafe code")
def read_name(draft: FileDraft, node: Node) -> bool:
    """A name in capitals, which may be a mutable static."""
    name = draft.text[node.start_byte : node.end_byte]
    if name.isupper() and len(name) > 1:
        note(draft, "static", name.decode("utf-8", "replace"), node)
    return False


@reads("scoped_identifier", only="in unsafe code")
def read_path(draft: FileDraft, node: Node) -> bool:
    """A path that is not called and not named like a type, which may be a mutable or foreign static."""
    if (node.start_byte, node.end_byte) != draft.callee:
        path = words(node, draft.text)
        last = path.rpartition("::")[2]
        if last.isupper() or last.islower():
            note(draft, "static", path, node)
    return skip_type(draft, node)


@reads("field_expression", only="in unsafe code")
def read_field(draft: FileDraft, node: Node) -> bool:
    """A field access, which may read a union."""
    name = node.child_by_field_id(_FIELD)
    if name is not None and (node.start_byte, node.end_byte) != draft.callee:
        note(draft, "field", words(name, draft.text), node)
    return True
