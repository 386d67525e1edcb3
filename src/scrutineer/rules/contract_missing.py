"""Unsafe functions and traits that do not say what their users must uphold."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scrutineer.model.finding import Level
from scrutineer.model.items import Function, TraitItem
from scrutineer.rules.convention import documentation_level
from scrutineer.rules.draft import Draft
from scrutineer.rules.rule import Rule
from scrutineer.rules.unit import Unit

_LINT = "clippy::missing_safety_doc"
# "# Safety", "## Implementation Safety", "# Safety requirements", "# Unsafety" as people write it.
_HEADING = re.compile(r"^\s*#+\s[^\n]*\bsafety\b", re.IGNORECASE | re.MULTILINE)
_INCLUDED = re.compile(r"include_str|concat|\bSafety\b")
# Between the item before and the name: `$(#[$attribute])*` lets the macro's caller document the item.
_PASSED = re.compile(rb"#\[\s*\$[^;{}]*\Z")


def check(unit: Unit) -> Iterator[Draft]:
    """Report each unsafe fn and unsafe trait whose documentation has no safety section."""
    for facts in unit.files:
        for function in facts.functions:
            implements = function.impl_ >= 0 and facts.impls[function.impl_].trait is not None
            if function.unsafe and not function.foreign and not implements:
                yield from _judge(unit, facts.path, function, "unsafe function", "a caller must ensure")
        for trait in facts.traits:
            if trait.unsafe:
                yield from _judge(unit, facts.path, trait, "unsafe trait", "an implementor must ensure")


def _judge(unit: Unit, path: str, item: Function | TraitItem, what: str, whose: str) -> Iterator[Draft]:
    if _HEADING.search(item.doc) or _documented_elsewhere(unit, path, item):
        return
    yield Draft(
        path=path,
        span=item.name_span,
        message=f"{what} `{item.name}` has no `# Safety` section",
        level=_level(unit, path, item),
        help=f"list under `# Safety` in its documentation what {whose}",
    )


def _documented_elsewhere(unit: Unit, path: str, item: Function | TraitItem) -> bool:
    """Whether the documentation stands in another file, or with the caller of the macro that defines the item."""
    if item.definition >= 0:
        start = unit.file(path).macro_definitions[item.definition].body.start
        if _PASSED.search(unit.code(path), start, item.name_span.start):
            return True
    attributes = (a.arguments for a in item.attributes if a.path in {"doc", "cfg_attr"})
    return any(_INCLUDED.search(arguments) for arguments in attributes)


def _level(unit: Unit, path: str, item: Function | TraitItem) -> Level:
    """Outside a kernel tree only what rustdoc shows must be documented: the lint's own measure.

    What a macro makes of an item among its arguments is not known.
    """
    if item.macro >= 0:
        return "note"
    around = unit.enclosing(path, item.span)
    hidden = any("hidden" in a.arguments for i in around for a in i.attributes if a.path == "doc")
    shown = item.visibility == "pub" or (isinstance(item, Function) and item.trait >= 0)
    if not unit.kernel and (hidden or not shown):
        return "note"
    return documentation_level(unit, path, item.span, _LINT)


RULE = Rule(
    id="contract-missing",
    summary="unsafe functions and traits without a `# Safety` section",
    classes=("documentation",),
    level="note",
    confidence="high",
    since="0.1.0",
    check=check,
    bodies=False,
)
