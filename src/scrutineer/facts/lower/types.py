"""Types as written, from trees."""

from __future__ import annotations

from tree_sitter import Node

from scrutineer.facts.lower.source import parts, text_of
from scrutineer.facts.lower.state import Builder
from scrutineer.model.types import NEVER, UNIT, UNKNOWN, TypeRef

_INFER = TypeRef("infer")
_SELF = TypeRef("self", "Self")


def read_type(builder: Builder, node: Node) -> TypeRef:
    """The type that a node writes."""
    kind = node.type
    if kind in {"type_identifier", "primitive_type", "identifier", "scoped_identifier", "self"}:
        text = text_of(builder, node)
        return _SELF if text == "Self" else _INFER if text == "_" else TypeRef("path", text)
    if kind == "scoped_type_identifier":
        return _scoped(builder, node)
    if kind in {"generic_type", "generic_type_with_turbofish"}:
        named, arguments = node.child_by_field_name("type"), node.child_by_field_name("type_arguments")
        assert named is not None
        base = read_type(builder, named)
        return _generic(builder, base, arguments) if arguments is not None else base
    if kind in {"reference_type", "pointer_type"}:
        return _pointer(builder, node)
    if kind == "array_type":
        element, length = node.child_by_field_name("element"), node.child_by_field_name("length")
        assert element is not None
        inner = (read_type(builder, element),)
        return (
            TypeRef("array", text_of(builder, length), inner)
            if length is not None
            else TypeRef("slice", "", inner)
        )
    if kind == "tuple_type":
        return TypeRef("tuple", "", tuple(read_type(builder, part) for part in parts(node)))
    return _rare(builder, node)


def _rare(builder: Builder, node: Node) -> TypeRef:
    kind = node.type
    if kind == "unit_type":
        return UNIT
    if kind == "never_type":
        return NEVER
    if kind == "function_type":
        return _function(builder, node)
    if kind in {"dynamic_type", "abstract_type"}:
        bounds = [
            part for part in parts(node) if part.type not in {"lifetime", "type_parameters", "use_bounds"}
        ]
        traits = [trait for bound in bounds for trait in _bounds(builder, bound)]
        return TypeRef("dyn" if kind == "dynamic_type" else "impl", "", tuple(traits))
    if kind == "bounded_type":
        traits = _bounds(builder, node)
        return TypeRef("dyn", "", tuple(traits))
    if kind in {"parenthesized_type", "bracketed_type", "higher_ranked_trait_bound"}:
        return read_type(builder, parts(node)[-1])
    return UNKNOWN


def _bounds(builder: Builder, node: Node) -> list[TypeRef]:
    if node.type == "bounded_type":
        return [trait for part in parts(node) if part.type != "lifetime" for trait in _bounds(builder, part)]
    found = read_type(builder, node)
    return list(found.args) if found.kind in {"dyn", "impl"} else [found]


def _scoped(builder: Builder, node: Node) -> TypeRef:
    path, name = node.child_by_field_name("path"), node.child_by_field_name("name")
    assert name is not None
    last = text_of(builder, name)
    if path is None:
        return TypeRef("path", f"::{last}")
    if path.type == "bracketed_type":
        within = parts(path)[0]
        if within.type == "qualified_type":
            type_, trait = within.child_by_field_name("type"), within.child_by_field_name("alias")
            assert type_ is not None
            assert trait is not None
            return TypeRef("projection", last, (read_type(builder, type_), read_type(builder, trait)))
        return TypeRef("projection", last, (read_type(builder, within),))
    if path.type == "generic_type":
        return TypeRef("projection", last, (read_type(builder, path),))
    return TypeRef("path", "".join(text_of(builder, node).split()))


def _generic(builder: Builder, base: TypeRef, arguments: Node) -> TypeRef:
    types: list[TypeRef] = []
    lifetimes: list[str] = []
    bindings: list[tuple[str, TypeRef]] = []
    for part in parts(arguments):
        if part.type == "lifetime":
            lifetimes.append(text_of(builder, part))
        elif part.type == "type_binding":
            name, type_ = part.child_by_field_name("name"), part.child_by_field_name("type")
            if name is not None and type_ is not None:
                bindings.append((text_of(builder, name), read_type(builder, type_)))
        else:
            types.append(_argument(builder, part))
    return TypeRef("path", base.name, tuple(types), False, tuple(lifetimes), tuple(bindings))


def _argument(builder: Builder, node: Node) -> TypeRef:
    """A generic argument; a constant is a path named as it is written."""
    if node.type in {"block", "integer_literal", "boolean_literal", "negative_literal", "char_literal"}:
        return TypeRef("path", text_of(builder, node))
    return read_type(builder, node)


def generic_arguments(builder: Builder, node: Node) -> tuple[TypeRef, ...]:
    """Arguments of a turbofish, lifetimes left out."""
    return tuple(_argument(builder, part) for part in parts(node) if part.type != "lifetime")


def _pointer(builder: Builder, node: Node) -> TypeRef:
    mutable = any(child.type == "mutable_specifier" for child in node.children)
    target = node.child_by_field_name("type")
    args = (read_type(builder, target),) if target is not None else ()
    if node.type == "pointer_type":
        return TypeRef("pointer", "", args, mutable)
    lifetimes = tuple(text_of(builder, child) for child in node.children if child.type == "lifetime")
    return TypeRef("ref", "", args, mutable, lifetimes)


def _function(builder: Builder, node: Node) -> TypeRef:
    """A function pointer, or the sugar `Fn(A) -> B` of a bound."""
    parameters, result = node.child_by_field_name("parameters"), node.child_by_field_name("return_type")
    taken = tuple(
        read_type(builder, part.child_by_field_name("type") or part)
        for part in (parts(parameters) if parameters is not None else [])
        if part.type != "variadic_parameter"
    )
    given = read_type(builder, result) if result is not None else UNIT
    trait = node.child_by_field_name("trait")
    if trait is not None:
        return TypeRef("path", text_of(builder, trait), (TypeRef("tuple", "", taken), given))
    abi = ""
    unsafe = False
    for child in node.children:
        if child.type == "function_modifiers":
            words = text_of(builder, child)
            unsafe = "unsafe" in words
            abi = words.partition('"')[2].partition('"')[0] or ("C" if "extern" in words else "")
    return TypeRef("fn", abi, (*taken, given), unsafe=unsafe)
