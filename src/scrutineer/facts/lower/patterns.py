"""Patterns: what they test and what they bind.

A pattern becomes candidates: each a list of tests that must hold, in order, and the bindings it then makes. A
pattern without `|` is one candidate. Whether a name is a binding or a constant cannot be known from syntax; as in
every Rust that follows the naming lint, a name that begins with a capital is a constant or a unit variant.
"""

from __future__ import annotations

from typing import NamedTuple

from tree_sitter import Node

from scrutineer.facts.lower.expression import LITERALS
from scrutineer.facts.lower.source import parts, text_of
from scrutineer.facts.lower.state import Builder
from scrutineer.model.body import Place


class Test(NamedTuple):
    """One of the labels must describe the place (see `Terminator`, kind `match`)."""

    place: Place
    labels: tuple[str, ...]


class Binding(NamedTuple):
    """`name` is bound to the place: by value, or by a reference (`ref`, `ref mut`)."""

    name: str
    place: Place
    node: Node
    reference: bool
    mutable: bool


class Candidate(NamedTuple):
    """One way in which a pattern matches."""

    tests: tuple[Test, ...]
    bindings: tuple[Binding, ...]


Pending = list[tuple[Node, Place]]

_LARGEST = 256
_LABELS = LITERALS | {"scoped_identifier", "range_pattern", "const_block", "macro_invocation"}


def candidates(builder: Builder, pattern: Node, place: Place) -> list[Candidate]:
    """Take a pattern apart."""
    return _walk(builder, [(pattern, place)], [], [])


def _walk(builder: Builder, pending: Pending, tests: list[Test], bindings: list[Binding]) -> list[Candidate]:
    while pending:
        node, place = pending.pop()
        kind = node.type
        if kind == "or_pattern":
            alternatives = _alternatives(node)
            labels = [label for each in alternatives if (label := _label(builder, each))]
            if len(labels) == len(alternatives):
                tests.append(Test(place, tuple(labels)))
                continue
            return _fork(builder, [[*pending, (each, place)] for each in alternatives], tests, bindings)
        _take(builder, node, place, pending, tests, bindings)
    return [Candidate(tuple(tests), tuple(bindings))]


def _fork(
    builder: Builder, ways: list[Pending], tests: list[Test], bindings: list[Binding]
) -> list[Candidate]:
    """Candidates of each way to go on; absurdly many are cut, and the body then counts as damaged."""
    found: list[Candidate] = []
    for pending in ways:
        found.extend(_walk(builder, pending, tests[:], bindings[:]))
        if len(found) > _LARGEST:
            builder.damaged = True
            break
    return found


def _alternatives(node: Node) -> list[Node]:
    """Alternatives of `a | b | c`, which the grammar nests to the left."""
    found: list[Node] = []
    for child in parts(node):
        if child.type == "or_pattern":
            found.extend(_alternatives(child))
        else:
            found.append(child)
    if any(child.type == "_" for child in node.children):
        found.extend(child for child in node.children if child.type == "_")
    return found


def _label(builder: Builder, node: Node) -> str:
    """The label of a pattern that is a single test and binds nothing; "" for any other."""
    kind = node.type
    if kind in _LABELS:
        return text_of(builder, node)
    if kind == "identifier":
        text = text_of(builder, node)
        return text if text[0].isupper() else ""
    return ""


def _take(
    builder: Builder,
    node: Node,
    place: Place,
    pending: Pending,
    tests: list[Test],
    bindings: list[Binding],
) -> None:
    kind = node.type
    if kind == "identifier":
        text = text_of(builder, node)
        if text[0].isupper():
            tests.append(Test(place, (text,)))
        elif text != "_":
            bindings.append(Binding(text, place, node, reference=False, mutable=False))
    elif kind in {"ref_pattern", "mut_pattern", "captured_pattern"}:
        _bind(builder, node, place, pending, bindings)
    elif kind == "tuple_struct_pattern":
        name = node.child_by_field_name("type")
        text = text_of(builder, name) if name is not None else "_"
        tests.append(Test(place, (text,)))
        _positions(parts_of_pattern(node)[1:], place.then("@" + text), pending)
    elif kind == "tuple_pattern":
        elements = parts_of_pattern(node)
        if len(elements) == 1 and elements[0].type != "remaining_field_pattern" and not _has_comma(node):
            pending.append((elements[0], place))
        else:
            _positions(elements, place, pending)
    elif kind == "struct_pattern":
        _fields(builder, node, place, pending, tests, bindings)
    elif kind == "slice_pattern":
        _slice(node, place, pending, tests)
    elif kind == "reference_pattern":
        pending.append((parts_of_pattern(node)[-1], place.then("*")))
    elif kind in _LABELS:
        tests.append(Test(place, (text_of(builder, node),)))
    elif kind in {"match_pattern", "parenthesized_pattern", "generic_pattern"}:
        pending.append((parts_of_pattern(node)[0], place))
    elif kind == "ERROR":
        builder.damaged = True


def _has_comma(node: Node) -> bool:
    return any(child.type == "," for child in node.children)


def parts_of_pattern(node: Node) -> list[Node]:
    """Subpatterns: named children and `_`, which the grammar does not name."""
    return [
        child
        for child in node.children
        if child.type == "_"
        or (
            child.is_named
            and child.type
            not in {"line_comment", "block_comment", "mutable_specifier", "attribute_item", "type_arguments"}
        )
    ]


def _bind(builder: Builder, node: Node, place: Place, pending: Pending, bindings: list[Binding]) -> None:
    """`ref x`, `mut x`, `x @ pattern` and what is combined of them."""
    reference = mutable = False
    while node.type in {"ref_pattern", "mut_pattern"}:
        reference = reference or node.type == "ref_pattern"
        mutable = mutable or any(child.type == "mutable_specifier" for child in node.children)
        node = parts_of_pattern(node)[-1]
    if node.type == "captured_pattern":
        name, *rest = parts_of_pattern(node)
        pending.extend((part, place) for part in rest if part.type != "remaining_field_pattern")
        node = name
    bindings.append(Binding(text_of(builder, node), place, node, reference, mutable))


def _positions(elements: list[Node], place: Place, pending: Pending) -> None:
    """Fields of a tuple; behind a `..` they are counted from the end (`.-1` is the last)."""
    rest = next((at for at, node in enumerate(elements) if node.type == "remaining_field_pattern"), None)
    steps = [
        (node, place.then(f".{at}" if rest is None or at < rest else f".{at - len(elements)}"))
        for at, node in enumerate(elements)
        if at != rest
    ]
    pending.extend(reversed(steps))


def _fields(
    builder: Builder,
    node: Node,
    place: Place,
    pending: Pending,
    tests: list[Test],
    bindings: list[Binding],
) -> None:
    name = node.child_by_field_name("type")
    text = text_of(builder, name) if name is not None else "_"
    if text != "Self":
        tests.append(Test(place, (text,)))
        place = place.then("@" + text)
    steps: Pending = []
    for field in parts(node)[1:]:
        if field.type != "field_pattern":
            continue
        label = field.child_by_field_name("name")
        pattern = field.child_by_field_name("pattern")
        if label is None:
            continue
        where = place.then("." + text_of(builder, label))
        if pattern is not None:
            steps.append((pattern, where))
        else:
            flags = {child.type for child in field.children}
            bindings.append(
                Binding(text_of(builder, label), where, label, "ref" in flags, "mutable_specifier" in flags)
            )
    pending.extend(reversed(steps))


def _slice(node: Node, place: Place, pending: Pending, tests: list[Test]) -> None:
    elements = parts_of_pattern(node)
    rest = next((at for at, each in enumerate(elements) if _is_rest(each)), None)
    if rest is None:
        tests.append(Test(place, (f"[{len(elements)}]",)))
    elif len(elements) > 1:
        tests.append(Test(place, (f"[{len(elements) - 1}..]",)))
    steps: Pending = []
    for at, each in enumerate(elements):
        if at == rest:
            if each.type != "remaining_field_pattern":
                steps.append((each, place.then("[..]")))
        elif rest is not None and at > rest:
            steps.append((each, place.then(f"[:{len(elements) - at}]")))
        else:
            steps.append((each, place.then(f"[{at}:]")))
    pending.extend(reversed(steps))


def _is_rest(node: Node) -> bool:
    while node.type in {"ref_pattern", "mut_pattern"}:
        node = parts_of_pattern(node)[-1]
    if node.type == "captured_pattern":
        return parts_of_pattern(node)[-1].type == "remaining_field_pattern"
    return node.type == "remaining_field_pattern"
