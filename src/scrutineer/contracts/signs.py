"""Word lists that readers of prose go by, as data: names with the patterns that show them."""

from __future__ import annotations

import re
from collections.abc import Collection
from importlib.resources import files

import msgspec


class _Sign(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    words: tuple[str, ...]


def read_signs(file: str, table: str, names: Collection[str]) -> list[tuple[str, re.Pattern[str]]]:
    """The patterns of one file, in its order, each with its name, which must be one of `names`."""
    data = (files(__package__) / file).read_bytes()
    signs = msgspec.toml.decode(data, type=dict[str, tuple[_Sign, ...]])[table]
    unknown = {sign.name for sign in signs} - set(names)
    if unknown:
        raise ValueError(f"{file} names what does not exist: {sorted(unknown)}")
    return [(sign.name, re.compile("|".join(sign.words), re.IGNORECASE)) for sign in signs]
