"""Word lists that readers of prose go by, as data: names with the patterns that show them."""

from __future__ import annotations

import re
from collections.abc import Collection
from importlib.resources import files
from typing import NamedTuple

import msgspec

_BOUNDARY = r"\b"


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    words: tuple[str, ...]  # in lower case
    exact: tuple[str, ...] = ()  # where case matters


class Sign(NamedTuple):
    """The words of one name: `lowered` is for text in lower case, `exact` for text as it was written."""

    name: str
    lowered: re.Pattern[str]
    exact: re.Pattern[str] | None

    def stands_in(self, text: str, lower: str) -> bool:
        """Whether one of the words stands in a text (`lower`: the same in lower case)."""
        return bool(self.lowered.search(lower) or (self.exact and self.exact.search(text)))


def lowered(text: str) -> str:
    """The text in lower case, every character in its place."""
    lower = text.lower()
    return lower if len(lower) == len(text) else text


def read_signs(file: str, table: str, names: Collection[str]) -> list[Sign]:
    """The signs of one file, in its order; each name must be one of `names`."""
    data = (files(__package__) / file).read_bytes()
    signs = msgspec.toml.decode(data, type=dict[str, tuple[_Entry, ...]])[table]
    unknown = {sign.name for sign in signs} - set(names)
    if unknown:
        raise ValueError(f"{file} names what does not exist: {sorted(unknown)}")
    return [
        Sign(
            sign.name,
            re.compile(_joined(sign.words)),
            re.compile(_joined(sign.exact)) if sign.exact else None,
        )
        for sign in signs
    ]


def _joined(words: tuple[str, ...]) -> str:
    """One pattern for all: a word boundary that most begin with is tested once per place, not once per word."""
    at_boundary = [word.removeprefix(_BOUNDARY) for word in words if word.startswith(_BOUNDARY)]
    anywhere = [word for word in words if not word.startswith(_BOUNDARY)]
    return "|".join([f"{_BOUNDARY}(?:{'|'.join(at_boundary)})"] * bool(at_boundary) + anywhere)
