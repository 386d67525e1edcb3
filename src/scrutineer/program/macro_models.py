"""Written models of well-known macros that declare items: what they stand for, as far as types go.

`thread_local!` is std's, `module!` the kernel's, `lazy_static!` and `bitflags!` are from the crates of these names.
Initialisers are left out: they run as code of their own, at first use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from scrutineer.program.bitflags_model import bitflags
from scrutineer.syntax.tokens import Token, TokenError, tokenize


class _Static(NamedTuple):
    visibility: str
    name: str
    type: str


def modelled(name: str, arguments: bytes) -> bytes | None:
    """Items that an invocation stands for; nothing for other macros, or arguments of another shape."""
    last = name.rpartition("::")[2]
    if last in _DECLARE_NOTHING:
        return b""
    model = _MODELS.get(last)
    if model is None:
        return None
    try:
        tokens = tokenize(arguments)
    except TokenError:
        return None
    items = model(arguments.decode("latin-1"), tokens)
    return items.encode("latin-1") if items else None


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


def _thread_local(text: str, tokens: list[Token]) -> str:
    return "\n".join(
        f"{static.visibility}static {static.name}: ::std::thread::LocalKey<{static.type}> = ();"
        for static in _statics(text, tokens)
    )


def _lazy_static(text: str, tokens: list[Token]) -> str:
    return "\n".join(map(_lazy, _statics(text, tokens)))


def _lazy(static: _Static) -> str:
    hidden = f"{static.name}_LazyStatic"
    return (
        f"{static.visibility}struct {hidden} {{ }}"
        f" impl ::core::ops::Deref for {hidden} {{ type Target = {static.type};"
        f" fn deref(&self) -> &{static.type} {{ loop {{}} }} }}"
        f" {static.visibility}static {static.name}: {hidden} = ();"
    )


def _kernel_module(text: str, tokens: list[Token]) -> str | None:
    """`type: Name, …`, of the kernel's `module!`; what only the C side calls is left out."""
    if [token.text for token in tokens[:2]] != ["type", ":"]:
        return None
    end = next((n for n, token in enumerate(tokens) if token.text == ","), len(tokens))
    type_ = text[tokens[1].end : tokens[end - 1].end].strip()
    return (
        "const __LOG_PREFIX: &[u8] = (); static THIS_MODULE: ::kernel::ThisModule = ();"
        f" type LocalModule = {type_};"
        f" impl ::kernel::ModuleMetadata for {type_} {{ const NAME: &'static ::kernel::str::CStr = (); }}"
    )


_DECLARE_NOTHING = frozenset(
    [
        "assert_eq_align",
        "assert_eq_size",
        "assert_impl_all",
        "assert_impl_any",
        "assert_not_impl_all",
        "assert_not_impl_any",
        "assert_obj_safe",
        "compile_error",
        "const_assert",
        "const_assert_eq",
        "const_assert_ne",
        "global_asm",
        "static_assert",
    ]
)
_MODELS: dict[str, Callable[[str, list[Token]], str | None]] = {
    "bitflags": bitflags,
    "lazy_static": _lazy_static,
    "module": _kernel_module,
    "thread_local": _thread_local,
}
