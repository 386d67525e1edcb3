"""A file as one build sees it: what `cfg` leaves out there is overwritten with blanks, so that offsets stay true.

Decided are `#[cfg]` and `#[cfg_attr]` on whatever may carry them, `cfg!` in expressions, and the branches of `cfg_if!`.
What is not known stays, and so does a predicate inside the tokens of any other macro. `mod name;` stays with its
predicates, so that one can tell whose file is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tree_sitter import Node

from scrutineer.syntax.build import Build
from scrutineer.syntax.conditional import branches
from scrutineer.syntax.parse import NotReadableError, Parsed, parse, parse_range

_MENTIONED = re.compile(rb"\bcfg\w*")
_ATTRIBUTE = re.compile(rb"#\s*!?\s*\[\s*(cfg|cfg_attr)\s*\(([\s\S]*)\)\s*\]")
_PRINTED = re.compile(rb"[^\r\n]")
_ATTRIBUTES = {"attribute_item", "inner_attribute_item"}
_COMMENTS = {"line_comment", "block_comment"}
_INSIDE = {"match_arm", "field_initializer", "shorthand_field_initializer"}  # carry attributes as children
_LISTS = {
    "arguments", "array_expression", "closure_parameters", "enum_variant_list", "field_declaration_list",
    "field_initializer_list", "ordered_field_declaration_list", "parameters", "struct_pattern",
    "tuple_expression", "type_parameters",
}  # fmt: skip
_CLOSING = {")", "]", "}", ">"}

Change = tuple[int, int, bytes]
"""A range of the text, and what stands there instead, padded with blanks."""


def narrowed(text: bytes, build: Build) -> bytes:
    """The text of one file without what the build leaves out; the same where it cannot be parsed."""
    if not build or not _MENTIONED.search(text):
        return text
    try:
        changes = list(_changes(parse(text), 0, len(text), build))
    except NotReadableError:
        return text
    result = bytearray(text)
    for start, end, new in sorted(changes, key=lambda change: not change[2]):
        old = bytes(result[start:end])
        result[start:end] = _PRINTED.sub(b" ", old) if not new else new + _PRINTED.sub(b" ", old[len(new) :])
    return bytes(result)


def _changes(parsed: Parsed, low: int, high: int, build: Build) -> Iterator[Change]:
    root = parsed.tree.root_node
    for mention in _MENTIONED.finditer(parsed.text, low, high):
        node = root.named_descendant_for_byte_range(*mention.span())
        above = node.parent if node is not None and node.type == "identifier" else None
        if above is not None and above.type == "scoped_identifier" and above.end_byte == mention.end():
            above = above.parent
        if above is not None and above.type == "attribute" and above.parent is not None:
            yield from _of_attribute(parsed.text, above.parent, build)
        elif above is not None and above.type == "macro_invocation":
            yield from _of_macro(parsed, above, mention[0].decode(), build)


def _of_macro(parsed: Parsed, call: Node, name: str, build: Build) -> Iterator[Change]:
    written = call.named_children[-1]
    start, end = written.start_byte, written.end_byte
    if name == "cfg":
        value = build.holds(parsed.text[start + 1 : end - 1].decode())
        if value is not None:
            yield call.start_byte, call.end_byte, b"true" if value else b"false"
        return
    for branch in branches(name, parsed.text[start:end]) or ():
        low, high = start + branch.start, start + branch.end
        inside = parse_range(parsed, low, parsed.text[low:high])
        if build.holds(branch.predicate) is False:
            yield from _blanks(low, high, inside.tree.root_node.children)
        else:
            yield from _changes(inside, low, high, build)


def _of_attribute(text: bytes, attribute: Node, build: Build) -> Iterator[Change]:
    start, end = attribute.start_byte, attribute.end_byte
    found = _ATTRIBUTE.fullmatch(text, start, end)
    if found is None:
        return
    if found[1] == b"cfg_attr":
        yield from _of_conditional(text, attribute, found.span(2), build)
        return
    value = build.holds(found[2].decode())
    if value:
        yield start, end, b""
    elif value is False:
        left_out = _carrier(text, attribute)
        if left_out is not None:
            yield from _blanks(*left_out)


def _blanks(start: int, end: int, nodes: Sequence[Node]) -> Iterator[Change]:
    """Blanks over a range that holds these nodes; what declares modules in files of their own stays."""
    for low, high in _declarations(nodes):
        yield start, low, b""
        start = high
    yield start, end, b""


def _declarations(nodes: Sequence[Node]) -> list[tuple[int, int]]:
    """Ranges of `mod name;` with its attributes, and of the heads and ends of inline modules around one."""
    found: list[tuple[int, int]] = []
    begun: int | None = None
    for node in nodes:
        if node.type == "attribute_item":
            begun = node.start_byte if begun is None else begun
        elif node.type not in _COMMENTS:
            found += _declared(node, node.start_byte if begun is None else begun)
            begun = None
    inner = [(node.start_byte, node.end_byte) for node in nodes if node.type == "inner_attribute_item"]
    return inner + found if found else []


def _declared(node: Node, start: int) -> list[tuple[int, int]]:
    if node.type != "mod_item":
        return []
    body = node.child_by_field_name("body")
    if body is None:
        return [(start, node.end_byte)]
    inside = _declarations(body.children)
    return [(start, body.start_byte + 1), *inside, (body.end_byte - 1, body.end_byte)] if inside else []


def _of_conditional(
    text: bytes, attribute: Node, arguments: tuple[int, int], build: Build
) -> Iterator[Change]:
    """`#[cfg_attr(predicate, attribute)]`: gone, or the attribute alone; several attributes stay as written."""
    parts = list(_top_level(text, *arguments))
    value = build.holds(text[slice(*parts[0])].decode())
    if value is False:
        yield attribute.start_byte, attribute.end_byte, b""
    elif value and len(parts) == 2:
        bracket = text.index(b"[", attribute.start_byte) + 1
        yield bracket, parts[1][0], b""
        yield parts[1][1], attribute.end_byte - 1, b""


def _top_level(text: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Ranges between the commas that stand in no parentheses and no string."""
    depth, quoted, begun = 0, False, start
    for at in range(start, end):
        character = text[at : at + 1]
        quoted ^= character == b'"'
        depth += 0 if quoted else (character in b"([{") - (character in b")]}")
        if character == b"," and not depth and not quoted:
            yield begun, at
            begun = at + 1
    if text[begun:end].strip():
        yield begun, end


def _carrier(text: bytes, attribute: Node) -> tuple[int, int, Sequence[Node]] | None:
    """What a false attribute takes away: its carrier, with the comments and attributes above it."""
    parent = attribute.parent
    if parent is None:
        return None
    if attribute.type == "inner_attribute_item":
        inside = parent.type != "source_file"
        return parent.start_byte + inside, parent.end_byte - inside, parent.children
    if parent.type in _INSIDE:
        return None if parent.has_error else (_lead(text, parent)[0].start_byte, _after_comma(parent), ())
    if parent.type in _LISTS:
        return (
            None
            if parent.has_error
            else (_lead(text, attribute)[0].start_byte, _end_of_element(attribute), ())
        )
    nodes = _lead(text, attribute)
    while nodes[-1].type in _ATTRIBUTES | _COMMENTS:
        following = nodes[-1].next_sibling
        if following is None:
            return None
        nodes.append(following)
    carrier = nodes[-1]
    if carrier.has_error or not carrier.is_named:
        return None
    return nodes[0].start_byte, carrier.end_byte, nodes


def _end_of_element(node: Node) -> int:
    """Where the element of a list ends that a node begins, its comma included."""
    following = node.next_sibling
    while following is not None and following.type != "," and following.type not in _CLOSING:
        node, following = following, following.next_sibling
    return following.end_byte if following is not None and following.type == "," else node.end_byte


def _after_comma(node: Node) -> int:
    following = node.next_sibling
    return following.end_byte if following is not None and following.type == "," else node.end_byte


def _lead(text: bytes, node: Node) -> list[Node]:
    """A node and the attributes and comments above it: what a blank line or code parts from it is none."""
    found = [node]
    above = node.prev_sibling
    while above is not None and (above.type in _ATTRIBUTES or _speaks_of(text, above, found[-1].start_byte)):
        found.append(above)
        above = above.prev_sibling
    return found[::-1]


def _speaks_of(text: bytes, comment: Node, below: int) -> bool:
    """Whether a comment stands on lines of its own directly above an offset."""
    if comment.type not in _COMMENTS:
        return False
    between = text[comment.end_byte : below]
    ended = text[comment.end_byte - 1 : comment.end_byte] == b"\n"
    line = text.rfind(b"\n", 0, comment.start_byte) + 1
    alone = not text[line : comment.start_byte].strip()
    return alone and not between.strip() and between.count(b"\n") + ended <= 1
