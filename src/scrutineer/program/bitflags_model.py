"""A written model of `bitflags!`: the type, its constants, and what both versions of the crate let one do with it.

See the documentation of the `bitflags` crate. Bodies are left out: none of them is unsafe, but for that of the one
unsafe function of version 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from scrutineer.syntax.tokens import Token

_DERIVED = "#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)] "
_METHODS = (
    "pub const fn empty() -> Self",
    "pub const fn all() -> Self",
    "pub const fn bits(&self) -> {type}",
    "pub const fn from_bits(bits: {type}) -> ::core::option::Option<Self>",
    "pub const fn from_bits_truncate(bits: {type}) -> Self",
    "pub const fn from_bits_retain(bits: {type}) -> Self",
    "/** # Safety: every bit must be one of a flag */ pub const unsafe fn from_bits_unchecked(bits: {type}) -> Self",
    "pub const fn is_empty(&self) -> bool",
    "pub const fn is_all(&self) -> bool",
    "pub const fn intersects(&self, other: Self) -> bool",
    "pub const fn contains(&self, other: Self) -> bool",
    "pub fn insert(&mut self, other: Self)",
    "pub fn remove(&mut self, other: Self)",
    "pub fn toggle(&mut self, other: Self)",
    "pub fn set(&mut self, other: Self, value: bool)",
    "pub const fn intersection(self, other: Self) -> Self",
    "pub const fn union(self, other: Self) -> Self",
    "pub const fn difference(self, other: Self) -> Self",
    "pub const fn symmetric_difference(self, other: Self) -> Self",
    "pub const fn complement(self) -> Self",
)
_OPERATORS = {"BitOr": "bitor", "BitAnd": "bitand", "BitXor": "bitxor", "Sub": "sub"}


def bitflags(text: str, tokens: Sequence[Token]) -> str | None:
    """Items that an invocation with these arguments stands for; nothing where they have another shape."""
    return " ".join(_items(text, tokens)) or None


def _items(text: str, tokens: Sequence[Token]) -> Iterator[str]:
    start = at = 0
    while at < len(tokens):
        token = tokens[at]
        body = next((n for n in range(at, len(tokens)) if tokens[n].text == "{"), -1)
        if token.text in {"struct", "impl"} and body > at + 3 and tokens[at + 2].text == ":":
            name, type_ = tokens[at + 1].text, text[tokens[at + 3].start : tokens[body - 1].end]
            if token.text == "struct":
                head = text[tokens[start].start : token.start]
                yield f"{head}{'' if 'Clone' in head else _DERIVED}struct {name} {{ bits: {type_} }}"
            yield _impl(name, type_, _constants(tokens[body : tokens[body].partner]))
            yield from _operators(name)
            at = start = tokens[body].partner + 1
        else:
            at = token.partner + 1 if token.partner > at else at + 1


def _constants(tokens: Sequence[Token]) -> list[str]:
    return [
        after.text
        for token, after in pairwise(tokens)
        if token.text == "const" and after.kind == "identifier" and after.text != "_"
    ]


def _impl(name: str, type_: str, constants: list[str]) -> str:
    declared = " ".join(f"pub const {each}: Self = {name} {{ bits: 0 }};" for each in constants)
    methods = "\n".join(f"{method.format(type=type_)} {{ loop {{}} }}" for method in _METHODS)
    return f"impl {name} {{ {declared} {methods} }}"


def _operators(name: str) -> Iterator[str]:
    result = f"type Output = {name};"
    for trait, method in _OPERATORS.items():
        yield (
            f"impl ::core::ops::{trait} for {name} {{ {result} fn {method}(self, other: {name}) -> {name} {{ loop {{}} }} }}"
            f" impl ::core::ops::{trait}Assign for {name} {{ fn {method}_assign(&mut self, other: {name}) {{ loop {{}} }} }}"
        )
    yield f"impl ::core::ops::Not for {name} {{ {result} fn not(self) -> {name} {{ loop {{}} }} }}"
