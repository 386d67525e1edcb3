"""What a rule is, and where all rules are found."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import msgspec

from scrutineer.model.finding import Confidence, FindingClass, Level
from scrutineer.rules.allow import UnusedAllow
from scrutineer.rules.draft import Draft
from scrutineer.rules.unit import Unit

Check = Callable[[Unit], Iterator[Draft]]
CheckAllows = Callable[[Unit, tuple[UnusedAllow, ...]], Iterator[Draft]]


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule. Its id is its file's name with dashes, its documentation the page beside the file.

    `summary` completes "reports …" in one line without a full stop. `classes` are those that its findings may
    have, the usual one first. `since` is the release that brought it. `check` sees one crate; a rule about the
    inline allows themselves has `check_allows` instead, which runs after all others. Without `bodies` it looks
    at items and comments only, and a run of such rules alone does not read what functions do.
    """

    id: str
    summary: str
    classes: tuple[FindingClass, ...]
    level: Level
    confidence: Confidence
    since: str
    check: Check | None = None
    check_allows: CheckAllows | None = None
    bodies: bool = True

    def __post_init__(self) -> None:
        if not self.classes or not self.summary or (self.check is None) == (self.check_allows is None):
            raise ValueError(f"rule {self.id} lacks a class or a summary, or has not exactly one check")

    @property
    def page(self) -> Path:
        """The Markdown page beside the rule's file."""
        return _FOLDER / f"{self.id.replace('-', '_')}.md"


_FOLDER = Path(__file__).parent


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, by id: a module of this package is a rule if a page lies beside it."""
    names = sorted(module.name for module in pkgutil.iter_modules([str(_FOLDER)]))
    return tuple(_load(name) for name in names if (_FOLDER / f"{name}.md").is_file())


def _load(name: str) -> Rule:
    rule: Rule = importlib.import_module(f"scrutineer.rules.{name}").RULE
    return rule
