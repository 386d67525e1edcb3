"""Pieces of a specification, named, so that a chart reads as what it shows."""

from __future__ import annotations

from typing import Any

Spec = dict[str, Any]

RUST, C, GREY, INK, SOFT = "#b7410e", "#2b5c8a", "#d9dde2", "#22272e", "#57606a"
NAMES = {"rust": "Rust", "c": "C"}


def number(field: str, **more: Any) -> Spec:
    """A channel that shows a quantity."""
    return {"field": field, "type": "quantitative", **more}


def category(field: str, **more: Any) -> Spec:
    """A channel that shows names, in the order of the rows unless told otherwise."""
    return {"field": field, "type": "nominal", "sort": None, **more}


def layer(kind: str, encoding: Spec, **mark: Any) -> Spec:
    """One mark for every row."""
    return {"mark": {"type": kind, **mark}, "encoding": encoding}


def once(kind: str, encoding: Spec, **mark: Any) -> Spec:
    """One mark alone: a label or a guide that belongs to no row."""
    return {"data": {"values": [{}]}, **layer(kind, encoding, **mark)}


def language_colour(**more: Any) -> Spec:
    """Rust and C in their colours, everywhere the same."""
    return category("language", scale={"domain": ["Rust", "C"], "range": [RUST, C]}, **more)


def plain_number(value: object) -> float:
    """A table's value as a number; 0 for what is none."""
    return float(value) if isinstance(value, int | float) else 0.0
