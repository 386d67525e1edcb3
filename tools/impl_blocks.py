"""Headers of impl blocks as text: what is implemented, for which type, and which of two pages says more."""

from __future__ import annotations

import re

from rustdoc_pages import Impl


def split_header(header: str) -> tuple[str, str]:
    """The trait (empty: inherent) and the type of `impl<…> Trait for Type where …`, without generics and bounds."""
    rest = header.removeprefix("unsafe ").removeprefix("impl").strip()
    if rest.startswith("<"):
        rest = rest[_closing(rest) :].strip()
    rest = _cut(rest, " where ")[0]
    trait, type_ = _cut(rest, " for ")
    return (trait, type_) if type_ else ("", trait)


def head(type_: str, parameters: str) -> str:
    """Under which name of the table a type is kept; empty for a bare type parameter: an impl for every type."""
    type_ = type_.strip()
    for start, name in (
        ("&", "reference"),
        ("*", "pointer"),
        ("(", "tuple"),
        ("dyn ", "dyn"),
        ("!", "never"),
    ):
        if type_.startswith(start):
            return "unit" if type_ == "()" else name
    if type_.startswith("["):
        return "array" if _has_length(type_) else "slice"
    if re.match(r"(unsafe )?(extern \"\w*\" )?(fn\(|for<)", type_):
        return "fn"
    name = re.match(r"[\w:]+", type_)
    bare = name[0] if name else type_
    return "" if re.search(rf"(?:<|, )\b{bare}\b", parameters) and "<" not in type_ else bare


def header_parameters(header: str) -> str:
    """`<T, A: Allocator>` of a header, or nothing."""
    rest = header.removeprefix("unsafe ").removeprefix("impl")
    return rest[: _closing(rest)] if rest.startswith("<") else ""


def _has_length(type_: str) -> bool:
    depth = 0
    for letter in type_:
        depth += letter in "[(<"
        depth -= letter in "])>"
        if letter == ";" and depth == 1:
            return True
    return False


def _closing(text: str) -> int:
    depth = 0
    for at, letter in enumerate(text):
        if letter == "<":
            depth += 1
        elif letter == ">" and text[at - 1] not in "-=":
            depth -= 1
            if depth == 0:
                return at + 1
    return len(text)


def _cut(text: str, word: str) -> tuple[str, str]:
    depth = 0
    for at, letter in enumerate(text):
        if letter in "<([{":
            depth += 1
        elif letter in ")]}" or (letter == ">" and text[at - 1] not in "-="):
            depth -= 1
        elif depth == 0 and text.startswith(word, at):
            return text[:at].strip(), text[at + len(word) :].strip()
    return text.strip(), ""


class Blocks:
    """Impl blocks of everything, by the head of the type; each listed once, as its own crate's page has it."""

    def __init__(self) -> None:
        self.inherent: dict[str, dict[str, list[str]]] = {}
        self.traits: dict[str, dict[tuple[str, str], list[str]]] = {}
        self._methods: set[tuple[str, str, str]] = set()

    def add(self, block: Impl) -> None:
        """Take a block in, unless an earlier page had it. Pages of the defining crate come first."""
        trait, type_ = split_header(block.header)
        place = head(type_, header_parameters(block.header))
        if trait:
            lines = [block.header, *(member.text for member in block.members)]
            self.traits.setdefault(place, {}).setdefault((trait, type_), lines)
            return
        fresh = []
        for member in block.members:
            key = (place, type_, member_name(member.text))
            if key not in self._methods:
                self._methods.add(key)
                fresh.append(f"{member.since}|{member.text}")
        if fresh:
            self.inherent.setdefault(place, {}).setdefault(block.header, []).extend(fresh)


def member_name(text: str) -> str:
    """Name of a method, constant or associated type."""
    found = re.search(r"\b(?:fn|type|const(?! (?:fn|unsafe|async|extern)\b)) (\w+)", text)
    return found[1] if found else text
