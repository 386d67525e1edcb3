"""The Rust grammar: node kinds and fields by number, which a cursor compares much faster than names."""

from __future__ import annotations

import tree_sitter
import tree_sitter_rust

LANGUAGE = tree_sitter.Language(tree_sitter_rust.language())


def kind(name: str, *, named: bool = True) -> int:
    """Number of a node kind; an unknown name is a mistake of ours and raises KeyError."""
    number = LANGUAGE.id_for_node_kind(name, named)
    if number is None:
        raise KeyError(name)
    return number


def kinds(*names: str) -> frozenset[int]:
    """Numbers of named node kinds."""
    return frozenset(map(kind, names))


def field(name: str) -> int:
    """Number of a field of a node."""
    number = LANGUAGE.field_id_for_name(name)
    if number is None:
        raise KeyError(name)
    return number
