"""Does this code's own convention demand safety documentation? Then a missing one is more than a note."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from scrutineer.model.finding import Level
from scrutineer.model.items import Attribute
from scrutineer.model.span import Span
from scrutineer.rules.unit import Unit
from scrutineer.syntax.lexer import normalised

_DEMANDED = frozenset({"warn", "deny", "forbid"})
_WAIVED = frozenset({"allow", "expect"})


def documentation_level(unit: Unit, path: str, span: Span, lint: str) -> Level:
    """`warning` where the kernel's rules or that clippy lint (`clippy::name`) are in force, else `note`.

    As in rustc, the innermost attribute that names the lint decides, then the crate's, then the manifest.
    """
    for level, lints in _settings(unit, path, span):
        if lint in lints:
            return "warning" if level in _DEMANDED else "note"
    return "warning" if unit.kernel else "note"


def _settings(unit: Unit, path: str, span: Span) -> Iterator[tuple[str, frozenset[str]]]:
    """Level and lints of each setting in force at a place, the innermost first."""
    for item in reversed(unit.enclosing(path, span)):
        yield from _levels(item.attributes)
    yield from _levels(unit.file(path).attributes)
    if unit.crate.root != path and unit.has_file(unit.crate.root):
        yield from _levels(unit.file(unit.crate.root).attributes)
    for name, level in unit.crate.lints:
        yield level, frozenset({name})


def _levels(attributes: tuple[Attribute, ...]) -> Iterator[tuple[str, frozenset[str]]]:
    for attribute in attributes:
        if attribute.path in _DEMANDED or attribute.path in _WAIVED:
            yield attribute.path, _names(attribute.arguments)


@cache
def _names(arguments: str) -> frozenset[str]:
    """Lints among an attribute's arguments; one that is commented out is none."""
    return frozenset(normalised(arguments.encode()).decode().split(","))
