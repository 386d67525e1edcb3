"""Macro calls whose expansion somebody knows: the expansion is lowered in their place."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import NamedTuple

from tree_sitter import Node

from scrutineer.facts.lower.source import body_of, span_of, text_of
from scrutineer.facts.lower.state import Builder, Fragment, MacroSite
from scrutineer.model.body import Expansion
from scrutineer.model.span import Span

_TABLE = tomllib.loads(files("scrutineer.facts.lower").joinpath("macros.toml").read_text("utf-8"))
_CRATES = frozenset(_TABLE["crates"])
FORMS: dict[str, str] = {name: form for form, names in _TABLE["forms"].items() for name in names}
MODELLED = frozenset(_TABLE["modelled"])
_DEEPEST = 24
_HERE = "\0"  # stands for the expansion that is being lowered, in place of a file
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
    fragment = _asked(builder, ask, MacroSite(call.path, call.inside, span, _inside(builder, call), position))
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


def _inside(builder: Builder, call: Call) -> Span:
    """Where the arguments stand: in the file, or else in the expansion that is being lowered."""
    start, end = call.start, call.start + len(call.inside)
    if builder.origin is None:
        return Span(start + builder.shift, end + builder.shift)
    return Span(start, end, _HERE)


def _asked(builder: Builder, ask: Callable[[MacroSite], Fragment | None], site: MacroSite) -> Fragment | None:
    """The answer, whose arguments come from where the expansion around the call has them from."""
    fragment = ask(site)
    around = builder.origin
    if fragment is None or around is None:
        return fragment
    origin = fragment.origin

    def composed(low: int, high: int) -> Span:
        span = origin(low, high)
        return around(span.start, span.end) if span.path == _HERE else span

    return fragment._replace(origin=composed)
