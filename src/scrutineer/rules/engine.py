"""Runs rules over one crate and turns their drafts into findings."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from scrutineer.model.finding import Finding
from scrutineer.model.items import MacroDefinition
from scrutineer.rules.allow import Allow, UnusedAllow, read_allows
from scrutineer.rules.draft import Draft
from scrutineer.rules.rule import Rule, all_rules
from scrutineer.rules.selection import Selection
from scrutineer.rules.unit import Unit
from scrutineer.syntax.lexer import normalised


class _Report(msgspec.Struct, frozen=True):
    """A draft with the rule that made it."""

    rule: Rule
    draft: Draft

    @property
    def order(self) -> tuple[str, int, int, str, str]:
        """Position in the source, then rule and words: the order of all output."""
        span = self.draft.span
        return self.draft.file, span.start, span.end, self.rule.id, self.draft.message


def check_unit(unit: Unit, selection: Selection | None = None) -> tuple[Finding, ...]:
    """What the selected rules (all, if not given) report about a crate, by file and position.

    Allowed reports are left out, those about marked code are notes. Nothing depends on hash seeds or on the
    order in which rules are loaded.
    """
    rules = selection.rules if selection else all_rules()
    reports = [
        _Report(rule, _placed(unit, draft))
        for rule in rules
        if rule.check is not None
        for draft in rule.check(unit)
    ]
    reports, unused = _apply_allows(unit, rules, _once_per_place(unit, reports))
    reports += [
        _Report(rule, draft)
        for rule in rules
        if rule.check_allows is not None
        for draft in rule.check_allows(unit, unused)
    ]
    reports.sort(key=lambda report: report.order)
    return tuple(_findings(unit, reports))


def _placed(unit: Unit, draft: Draft) -> Draft:
    """The draft at the place that a person can open: not in a macro's expansion, but where that was written."""
    path, span = unit.source_of(draft.file, draft.span)
    return draft if path == draft.file else msgspec.structs.replace(draft, path=path, span=span)


def _once_per_place(unit: Unit, reports: Iterable[_Report]) -> list[_Report]:
    """Drop repetitions: a macro's body is one place, however often and for whatever types it is expanded."""
    seen: set[tuple[str, ...]] = set()
    kept = []
    for report in sorted(reports, key=lambda report: report.order):
        draft = report.draft
        around = unit.enclosing(draft.file, draft.span)
        words = "" if any(isinstance(item, MacroDefinition) for item in around) else draft.message
        key = (report.rule.id, draft.file, str(draft.span.start), str(draft.span.end), words)
        if key not in seen:
            seen.add(key)
            kept.append(report)
    return kept


def _apply_allows(
    unit: Unit, rules: tuple[Rule, ...], reports: list[_Report]
) -> tuple[list[_Report], tuple[UnusedAllow, ...]]:
    allows = {facts.path: read_allows(facts.path, unit.text(facts.path)) for facts in unit.files}
    used: set[tuple[Allow, str]] = set()
    kept = []
    for report in reports:
        matching = [
            allow
            for allow in allows.get(report.draft.file, ())
            if allow.covers(report.rule.id, report.draft.span)
        ]
        used.update((allow, report.rule.id) for allow in matching)
        if not matching:
            kept.append(report)
    return kept, tuple(_unused((a for group in allows.values() for a in group), used, rules))


def _unused(
    allows: Iterable[Allow], used: set[tuple[Allow, str]], rules: tuple[Rule, ...]
) -> Iterator[UnusedAllow]:
    ran = {rule.id for rule in rules}
    known = ran | {rule.id for rule in all_rules()}
    for allow in allows:
        for name in allow.rules or ("",):
            if not name:
                yield UnusedAllow(allow, name, "names no rule")
            elif name not in known:
                yield UnusedAllow(allow, name, f"names `{name}`, which is no rule")
            elif not allow.why:
                yield UnusedAllow(allow, name, "gives no reason, so it allows nothing")
            elif name in ran and (allow, name) not in used:
                yield UnusedAllow(allow, name, f"allows nothing: `{name}` reports nothing here")


def _findings(unit: Unit, reports: list[_Report]) -> Iterator[Finding]:
    ordinals: Counter[tuple[str, ...]] = Counter()
    for report in reports:
        rule, draft = report.rule, report.draft
        item = draft.item or unit.item_at(draft.file, draft.span)
        text = normalised(unit.text(draft.file)[draft.span.start : draft.span.end])
        module = unit.module(draft.file)
        key = (rule.id, unit.crate.name, module, item, text.decode(errors="replace"))
        ordinal = ordinals[key]
        ordinals[key] += 1
        place = unit.location(draft.file, draft.span)
        yield Finding(
            id=_hash(*key, str(ordinal)),
            rule=rule.id,
            class_=draft.class_ or rule.classes[0],
            level="note" if _marked(unit, draft) else draft.level or rule.level,
            confidence=draft.confidence or rule.confidence,
            message=draft.message,
            path=place.path,
            start=place.start,
            end=place.end,
            item=item,
            related=draft.related,
            case=draft.case,
            status=draft.status,
            flows=draft.flows,
            note=draft.help,
        )


def _marked(unit: Unit, draft: Draft) -> bool:
    """Whether the draft is about code that only tests, benchmarks or examples run."""
    return unit.marked(draft.file) or any(item.test for item in unit.enclosing(draft.file, draft.span))


def _hash(*parts: str) -> str:
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=8).hexdigest()
