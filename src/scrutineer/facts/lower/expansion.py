"""Macro calls whose expansion somebody knows: the expansion is lowered in their place."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import NamedTuple

from tree_sitter import Node

from scrutineer.facts.lower.source import body_of, span_of, text_of
from scrutineer.facts.lower.state import Builder, MacroSite
from scrutineer.model.body import Expansion
from scrutineer.model.span import Span

_TABLE = tomllib.loads(files("scrutineer.facts.lower").joinpath("macros.toml").read_text("utf-8"))
_CRATES = frozenset(_TABLE["crates"])
FORMS: dict[str, str] = {name: form for form, names in _TABLE["forms"].items() for name in names}
MODELLED = frozenset(_TABLE["modelled"])
_DEEPEST = 24
_MOST = 4_000
"""Expansions in one body: macros that expand to themselves twice would otherwise never end."""


class Call(NamedTuple):
    """A macro call: `inside` is the text between its delimiters, `start` its offset in the current text."""

    node: Node
    path: str
    inside: bytes
    start: int


def call_of(builder: Builder, node: Node) -> Call:
    """Read a `macro_invocation`."""
    macro = node.child_by_field_name("macro")
    tree = node.children[-1] if node.children[-1].type == "token_tree" else node.children[-2]
    start, end = tree.start_byte + 1, tree.end_byte - 1
    path = text_of(builder, macro) if macro is not None else ""
    return Call(node, path, builder.text[start:end], start)


def form_of(builder: Builder, path: str) -> str:
    """The form of the table that a macro has: "" if it is not there, or if the crate defines one of this name."""
    first, _, last = path.removeprefix("::").rpartition("::")
    if first == "crate" or first.startswith("crate::"):
        return "" if last in builder.context.defined else FORMS.get(last, "")
    if first:
        return FORMS.get(last, "") if first.partition("::")[0] in _CRATES else ""
    return "" if path in builder.context.defined else FORMS.get(path, "")


def cfg_predicate(builder: Builder, node: Node) -> str:
    """The predicate of a `cfg!(…)`; "" of any other macro."""
    call = call_of(builder, node)
    if form_of(builder, call.path) != "cfg":
        return ""
    return " ".join(call.inside.decode("utf-8", "replace").split())


@contextmanager
def expanded(builder: Builder, node: Node, position: str) -> Iterator[Node | None]:
    """A block that holds what a macro call expands to; None if nobody knows, or if that does not parse.

    While it is open, spans and texts are those of the expansion.
    """
    ask = builder.context.expand
    macro = node.child_by_field_name("macro")
    spent = builder.depth >= _DEEPEST or len(builder.expansions) >= _MOST
    if ask is None or macro is None or spent or form_of(builder, text_of(builder, macro)):
        yield None
        return
    call = call_of(builder, node)
    span = span_of(builder, node)
    inside = span_of(builder, node.children[-1])
    fragment = ask(
        MacroSite(call.path, call.inside, span, Span(inside.start + 1, inside.end - 1, inside.path), position)
    )
    head = b"fn _(){"
    text = b"".join((head, fragment.text, b"\n}")) if fragment is not None else b""
    body = body_of(text) if fragment is not None else None
    if fragment is None or body is None:
        yield None
        return
    saved = builder.text, builder.shift, builder.origin, builder.expansion
    if not builder.expansions:
        builder.expansions.append(Expansion("", span))
    builder.expansions.append(Expansion(call.path, span, fragment.definition))
    builder.text, builder.shift = text, 0
    origin = fragment.origin
    builder.origin = lambda low, high: origin(low - len(head), high - len(head))
    builder.expansion = len(builder.expansions) - 1
    builder.depth += 1
    yield body
    builder.depth -= 1
    builder.text, builder.shift, builder.origin, builder.expansion = saved
