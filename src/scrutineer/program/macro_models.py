"""Written models of well-known macros that declare statics: what they stand for, as far as types go.

`thread_local!` is std's; `lazy_static!` is from the crate of that name. Initialisers are left out: they run as code
of their own, at first use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from scrutineer.syntax.tokens import Token, TokenError, tokenize


class _Static(NamedTuple):
    visibility: str
    name: str
    type: str


def modelled(name: str, arguments: bytes) -> bytes | None:
    """Items that an invocation stands for; nothing for other macros, or arguments of another shape."""
    model = _MODELS.get(name.rpartition("::")[2])
    if model is None:
        return None
    try:
        tokens = tokenize(arguments)
    except TokenError:
        return None
    text = arguments.decode("latin-1")
    return "\n".join(map(model, _statics(text, tokens))).encode("latin-1") or None


def _statics(text: str, tokens: list[Token]) -> Iterator[_Static]:
    """`#[attribute] pub static ref NAME: Type = initialiser;`, one after the other."""
    at = start = 0
    while at < len(tokens):
        token = tokens[at]
        if token.text == "static":
            visibility = _visibility(text, tokens[start:at])
            at += 2 if at + 1 < len(tokens) and tokens[at + 1].text == "ref" else 1
            end = next((n for n in range(at, len(tokens)) if tokens[n].text == "="), len(tokens))
            if at + 1 < end and tokens[at + 1].text == ":":
                yield _Static(
                    visibility, tokens[at].text, text[tokens[at + 1].end : tokens[end - 1].end].strip()
                )
            at = end
        elif token.text == ";":
            start = at + 1
        elif token.partner > at:
            at = token.partner
        at += 1


def _visibility(text: str, tokens: list[Token]) -> str:
    """`pub`, `pub(crate)`, or nothing, behind any attributes."""
    first = next((n for n, token in enumerate(tokens) if token.text == "pub"), None)
    return "" if first is None else text[tokens[first].start : tokens[-1].end] + " "


def _thread_local(static: _Static) -> str:
    return f"{static.visibility}static {static.name}: ::std::thread::LocalKey<{static.type}> = ();"


def _lazy_static(static: _Static) -> str:
    hidden = f"{static.name}_LazyStatic"
    return (
        f"{static.visibility}struct {hidden} {{ }}"
        f" impl ::core::ops::Deref for {hidden} {{ type Target = {static.type};"
        f" fn deref(&self) -> &{static.type} {{ loop {{}} }} }}"
        f" {static.visibility}static {static.name}: {hidden} = ();"
    )


_MODELS: dict[str, Callable[[_Static], str]] = {"thread_local": _thread_local, "lazy_static": _lazy_static}
