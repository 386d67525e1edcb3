"""Types as written, from trees. One text gives one record: most types of a file are written many times."""

from __future__ import annotations

from tree_sitter import Node

from scrutineer.facts.memo import Memo
from scrutineer.model.types import NEVER, UNIT, UNKNOWN, TypeKind, TypeRef
from scrutineer.syntax.grammar import field

_INFER = TypeRef("infer")
_SELF = TypeRef("self", "Self")
_NOTES = frozenset({"line_comment", "block_comment", "attribute_item"})
_NAMES = frozenset(
    {"type_identifier", "primitive_type", "identifier", "scoped_identifier", "self", "crate", "metavariable"}
)
_CONSTANTS = frozenset(
    {"block", "integer_literal", "boolean_literal", "negative_literal", "char_literal", "string_literal"}
)
_TYPE, _ARGUMENTS, _NAME, _PATH = field("type"), field("type_arguments"), field("name"), field("path")

_memo: Memo[TypeRef] = Memo()


def read_type(node: Node, text: bytes) -> TypeRef:
    """The type that a node writes."""
    key = text[node.start_byte : node.end_byte]
    found = _memo.get(key)
    if found is None:
        found = _memo[key] = _read(node, text)
    return found


def parts(node: Node) -> list[Node]:
    """Named children that are neither comments nor attributes."""
    return [child for child in node.named_children if child.type not in _NOTES]


def words(node: Node, text: bytes) -> str:
    """The text of a node without white space."""
    return "".join(text[node.start_byte : node.end_byte].decode("utf-8", "replace").split())


def _read(node: Node, text: bytes) -> TypeRef:
    kind = node.type
    if kind in _NAMES:
        name = words(node, text)
        return _SELF if name == "Self" else _INFER if name == "_" else TypeRef("path", name)
    if kind in {"reference_type", "pointer_type"}:
        return _pointer(node, text)
    if kind in {"generic_type", "generic_type_with_turbofish"}:
        named, arguments = node.child_by_field_id(_TYPE), node.child_by_field_id(_ARGUMENTS)
        base = read_type(named, text) if named else UNKNOWN
        return _generic(base, arguments, text) if arguments else base
    if kind == "scoped_type_identifier":
        return _scoped(node, text)
    if kind == "array_type":
        element, length = node.child_by_field_name("element"), node.child_by_field_name("length")
        inner = (read_type(element, text),) if element else ()
        return TypeRef("array", words(length, text), inner) if length else TypeRef("slice", "", inner)
    if kind == "tuple_type":
        return TypeRef("tuple", "", tuple(read_type(part, text) for part in parts(node)))
    return _read_rare(node, text)


def _read_rare(node: Node, text: bytes) -> TypeRef:
    match node.type:
        case "unit_type":
            return UNIT
        case "never_type":
            return NEVER
        case "function_type":
            return _function(node, text)
        case "dynamic_type" | "abstract_type" as kind:
            word: TypeKind = "dyn" if kind == "dynamic_type" else "impl"
            return TypeRef(word, "", _bounds(node, text), False, _outlived(node, text))
        case "bounded_type":
            opaque = _first(node).type == "abstract_type"
            word = "impl" if opaque else "dyn"
            return TypeRef(word, "", _bounds(node, text), False, _outlived(node, text))
        case "removed_trait_bound":
            return TypeRef("path", words(node, text))
        case "parenthesized_type" | "bracketed_type" | "higher_ranked_trait_bound":
            inner = parts(node)
            return read_type(inner[-1], text) if inner else UNKNOWN
    return UNKNOWN


def _first(node: Node) -> Node:
    """The leftmost bound of `a + b + c`, which nests to the left."""
    while node.type == "bounded_type" and node.named_child_count:
        node = node.named_children[0]
    return node


def _bounds(node: Node, text: bytes) -> tuple[TypeRef, ...]:
    """The traits of `dyn A + B`, lifetimes left out."""
    if node.type not in {"bounded_type", "dynamic_type", "abstract_type"}:
        return (read_type(node, text),)
    return tuple(
        trait
        for part in parts(node)
        if part.type not in {"lifetime", "type_parameters", "use_bounds"}
        for trait in _bounds(part, text)
    )


def _outlived(node: Node, text: bytes) -> tuple[str, ...]:
    """The lifetimes of `dyn A + 'a`."""
    found: list[str] = []
    for part in parts(node):
        if part.type == "lifetime":
            found.append(words(part, text))
        elif part.type == "bounded_type":
            found += _outlived(part, text)
    return tuple(found)


def _scoped(node: Node, text: bytes) -> TypeRef:
    path, name = node.child_by_field_id(_PATH), node.child_by_field_id(_NAME)
    last = words(name, text) if name else ""
    if path is None:
        return TypeRef("path", f"::{last}")
    if path.type == "bracketed_type":
        within = parts(path)
        if not within:
            return UNKNOWN
        type_, trait = within[0].child_by_field_id(_TYPE), within[0].child_by_field_name("alias")
        if within[0].type == "qualified_type" and type_ and trait:
            return TypeRef("projection", last, (read_type(type_, text), read_type(trait, text)))
        return TypeRef("projection", last, (read_type(within[0], text),))
    if path.type == "generic_type":
        return TypeRef("projection", last, (read_type(path, text),))
    return TypeRef("path", words(node, text))


def _generic(base: TypeRef, arguments: Node, text: bytes) -> TypeRef:
    types: list[TypeRef] = []
    lifetimes: list[str] = []
    bindings: list[tuple[str, TypeRef]] = []
    for part in parts(arguments):
        if part.type == "lifetime":
            lifetimes.append(words(part, text))
        elif part.type == "type_binding":
            name, type_ = part.child_by_field_id(_NAME), part.child_by_field_id(_TYPE)
            if name and type_:
                bindings.append((words(name, text), read_type(type_, text)))
        elif (
            part.type == "trait_bounds" and types
        ):  # `Item: Clone`, which the grammar reads as a type and bounds
            traits = tuple(
                trait for bound in parts(part) if bound.type != "lifetime" for trait in _bounds(bound, text)
            )
            bindings.append((types.pop().name, TypeRef("impl", "", traits)))
        elif part.type in _CONSTANTS:
            types.append(TypeRef("path", words(part, text)))
        else:
            types.append(read_type(part, text))
    return TypeRef("path", base.name, tuple(types), False, tuple(lifetimes), tuple(bindings))


def _pointer(node: Node, text: bytes) -> TypeRef:
    target = node.child_by_field_id(_TYPE)
    args = (read_type(target, text),) if target else ()
    others = [child for child in node.named_children if child != target]
    mutable = any(child.type == "mutable_specifier" for child in others)
    if node.type == "pointer_type":
        return TypeRef("pointer", "", args, mutable)
    lifetimes = tuple(words(child, text) for child in others if child.type == "lifetime")
    return TypeRef("ref", "", args, mutable, lifetimes)


def _function(node: Node, text: bytes) -> TypeRef:
    """A function pointer, or the sugar `Fn(A) -> B` of a bound."""
    parameters, result = node.child_by_field_name("parameters"), node.child_by_field_name("return_type")
    taken = tuple(
        read_type((part.type == "parameter" and part.child_by_field_id(_TYPE)) or part, text)
        for part in (parts(parameters) if parameters else ())
        if part.type != "variadic_parameter"
    )
    given = read_type(result, text) if result else UNIT
    trait = node.child_by_field_name("trait")
    if trait:
        return TypeRef("path", words(trait, text), (TypeRef("tuple", "", taken), given))
    head = text[node.start_byte : parameters.start_byte if parameters else node.end_byte].decode(
        "utf-8", "replace"
    )
    abi = head.partition('"')[2].partition('"')[0] or ("C" if "extern" in head else "")
    return TypeRef("fn", abi, (*taken, given), unsafe="unsafe" in head.split())
