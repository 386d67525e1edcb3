"""Items that open a scope: functions, impls, traits, modules, extern blocks."""

from __future__ import annotations

import msgspec
from tree_sitter import Node

from scrutineer.facts.attributes import conjoin, is_test_predicate, predicate_of, read_attribute
from scrutineer.facts.draft import Calls, Draft, FileDraft, Scope
from scrutineer.facts.generics import read_generics, read_own_bounds, read_parameters, where_of
from scrutineer.facts.handlers import reads, text_at
from scrutineer.facts.heads import close_predicates, read_head, shared, start_of
from scrutineer.facts.types import read_type
from scrutineer.model.items import Attribute, Bound, Generics
from scrutineer.model.span import Span
from scrutineer.model.types import UNIT, UNKNOWN, TypeRef
from scrutineer.syntax.grammar import field, kinds

_NAME, _BODY, _PARAMETERS, _RESULT, _TYPE, _TRAIT, _BOUNDS, _TYPE_PARAMETERS = (
    field("name"), field("body"), field("parameters"), field("return_type"),
    field("type"), field("trait"), field("bounds"), field("type_parameters"),
)  # fmt: skip

_HOLD_ITEMS = kinds("source_file", "declaration_list")
_NOTES = frozenset({"attribute_item", "line_comment", "block_comment"})


def enter(draft: FileDraft, item: Draft, name: str) -> Scope:
    """Open the scope of an item: its name joins the path, its predicate and test mark hold inside."""
    scope = draft.scope.inner()
    scope.path = f"{scope.path}::{name}" if scope.path else name
    scope.cfg = item["cfg"]
    scope.test = item["test"]
    scope.impl_ = scope.trait = -1
    scope.foreign = False
    draft.open(scope)
    return scope


@reads("function_item", "function_signature_item")
def read_function(draft: FileDraft, node: Node) -> bool:
    """Record a function, method or foreign function."""
    name, parameters = node.child_by_field_id(_NAME), node.child_by_field_id(_PARAMETERS)
    body, result = node.child_by_field_id(_BODY), node.child_by_field_id(_RESULT)
    if name is None or parameters is None:
        return True
    text, outer = draft.text, draft.scope
    start = start_of(draft, node) if draft.parsed.rewrites else node.start_byte
    head = read_head(text[start : name.start_byte])
    item = shared(draft, start, node.end_byte, name)
    taken = read_parameters(parameters, text)
    between = text.find(b"where", parameters.end_byte, body.start_byte if body else node.end_byte) >= 0
    item |= {
        "visibility": head.visibility,
        "generics": read_generics(node, text, where_of(node) if between else None),
        "parameters": taken.parameters,
        "receiver": taken.receiver,
        "receiver_lifetime": taken.lifetime,
        "result": read_type(result, text) if result else UNIT,
        "unsafe": "unsafe" in head.words,
        "const": "const" in head.words,
        "asynchronous": "async" in head.words,
        "abi": head.abi,
        "foreign": outer.foreign,
        "safe": "safe" in head.words,
        "variadic": taken.variadic,
        "impl_": outer.impl_,
        "trait": outer.trait,
        "body_span": Span(body.start_byte, body.end_byte) if body else None,
        "parent": outer.function,
    }
    index = len(draft.functions)
    draft.functions.append(item)
    scope = enter(draft, item, item["name"])
    scope.function = index
    item["candidates"] = []
    scope.candidates = item["candidates"] if item["unsafe"] and body else None
    scope.calls = Calls(node if body else None)
    draft.skeletons.append(scope.calls)
    return True


@reads("impl_item")
def read_impl(draft: FileDraft, node: Node) -> bool:
    """Record an impl; its methods name it."""
    text = draft.text
    type_, trait = node.child_by_field_id(_TYPE), node.child_by_field_id(_TRAIT)
    first = node.child_by_field_id(_TYPE_PARAMETERS) or trait or type_
    body = node.child_by_field_id(_BODY)
    if first is None:
        return True
    start = start_of(draft, node) if draft.parsed.rewrites else node.start_byte
    head = read_head(text[start : first.start_byte])
    item = shared(draft, start, node.end_byte, None)
    negative = trait is not None and text[start : trait.start_byte].rstrip().endswith(b"!")
    self_type = read_type(type_, text) if type_ else UNKNOWN
    of = read_type(trait, text) if trait else None
    header_end = body.start_byte if body else node.end_byte
    item |= {
        "name": f"impl {'!' if negative else ''}{of} for {self_type}" if of else f"impl {self_type}",
        "name_span": Span(start, start + len(text[start:header_end].rstrip())),
        "generics": read_generics(node, text, where_of(node)),
        "trait": of,
        "negative": negative,
        "type": self_type,
        "unsafe": "unsafe" in head.words,
    }
    index = len(draft.impls)
    draft.impls.append(item)
    enter(draft, item, _scope_name(self_type)).impl_ = index
    return True


def _scope_name(type_: TypeRef) -> str:
    """How an impl's methods are qualified: `Type` of `Type<T>`, else the type as written."""
    return type_.last if type_.kind == "path" else str(type_)


@reads("trait_item")
def read_trait(draft: FileDraft, node: Node) -> bool:
    """Record a trait; its methods name it."""
    name = node.child_by_field_id(_NAME)
    if name is None:
        return True
    start = start_of(draft, node) if draft.parsed.rewrites else node.start_byte
    head = read_head(draft.text[start : name.start_byte])
    bounds = read_own_bounds(node.child_by_field_id(_BOUNDS), draft.text)
    item = shared(draft, start, node.end_byte, name)
    item |= {
        "visibility": head.visibility,
        "generics": _with_own_lifetimes(read_generics(node, draft.text, where_of(node)), bounds),
        "supertraits": tuple(trait for bound in bounds for trait in bound.traits),
        "unsafe": "unsafe" in head.words,
        "auto": "auto" in head.words,
    }
    index = len(draft.traits)
    draft.traits.append(item)
    enter(draft, item, item["name"]).trait = index
    return True


def _with_own_lifetimes(generics: Generics, bounds: tuple[Bound, ...]) -> Generics:
    """`trait A: 'static` demands what `where Self: 'static` does."""
    outlived = tuple(lifetime for bound in bounds for lifetime in bound.lifetimes)
    if not outlived:
        return generics
    own = Bound(TypeRef("self", "Self"), (), outlived)
    return msgspec.structs.replace(generics, bounds=(*generics.bounds, own))


@reads("mod_item")
def read_module(draft: FileDraft, node: Node) -> bool:
    """Record `mod name;` or `mod name { … }`."""
    name, body = node.child_by_field_id(_NAME), node.child_by_field_id(_BODY)
    if name is None:
        return True
    head = read_head(draft.text[node.start_byte : name.start_byte])
    item = shared(draft, node.start_byte, node.end_byte, name)
    attributes: tuple[Attribute, ...] = item["attributes"]
    item |= {
        "visibility": head.visibility,
        "inline": body is not None,
        "path": next((one.arguments.strip('"') for one in attributes if one.path == "path"), ""),
        "macro_use": any(one.path == "macro_use" for one in attributes),
    }
    draft.modules.append(item)
    enter(draft, item, item["name"])
    return True


@reads("foreign_mod_item")
def read_extern_block(draft: FileDraft, node: Node) -> bool:
    """Record `extern "C" { … }`; what it declares is foreign."""
    body = node.child_by_field_id(_BODY)
    end = body.start_byte if body else node.end_byte
    head = read_head(draft.text[node.start_byte : end])
    item = shared(draft, node.start_byte, node.end_byte, None)
    item["name"] = head.abi
    item["name_span"] = Span(
        node.start_byte, node.start_byte + len(draft.text[node.start_byte : end].rstrip())
    )
    item["unsafe"] = "unsafe" in head.words
    draft.extern_blocks.append(item)
    scope = draft.scope.inner()
    scope.cfg, scope.test, scope.foreign = item["cfg"], item["test"], True
    draft.open(scope)
    return True


@reads("inner_attribute_item", "attribute_item")
def read_attribute_item(draft: FileDraft, node: Node) -> bool:
    """Remember an attribute; one of a statement, arm or field whose `cfg` holds inside it, as a predicate."""
    start, end = node.start_byte, node.end_byte
    attribute = read_attribute(draft.text, start, end)
    if text_at(draft, node).startswith("#!"):
        if draft.scope.path == "":
            draft.inner.append(attribute)
        if attribute.path == "cfg":
            own = predicate_of([attribute])
            draft.scope.cfg = conjoin(draft.scope.cfg, own)
            draft.scope.test = draft.scope.test or is_test_predicate(own)
        return False
    draft.attributes.append((start, end, attribute))
    if attribute.path == "cfg" and (draft.nested or draft.above[-1].kind_id not in _HOLD_ITEMS):
        target = node.next_named_sibling
        while target is not None and target.type in _NOTES:
            target = target.next_named_sibling
        close_predicates(draft, start)
        if target is not None and not target.type.endswith(("_item", "_definition", "_declaration")):
            draft.predicates.append((target.start_byte, target.end_byte, predicate_of([attribute])))
    return False
