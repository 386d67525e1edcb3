"""By class of bug, over the matched window of fixes."""

from __future__ import annotations

from scrutineer.records.answer import Answer
from scrutineer.records.classify import class_rules
from scrutineer.records.comparison import Comparison, compare
from scrutineer.records.exposure import snapshots
from scrutineer.records.phrases import verdict_of
from scrutineer.records.store import Store
from scrutineer.records.window import Window, fixes_since

ASKS = "Which kinds of bug does each language have fewer of, per million lines and release?"
ASSUMPTIONS = (
    "Classes are read from the record's words, several per record, with high or medium confidence (or reviewed by a person, with a reason); a record without one counts as `not memory safety`.",
    "Memory safety is use-after-free, double free, out-of-bounds, uninitialised memory, type confusion, memory corruption and stack exhaustion; a null dereference in the kernel stops it, and counts apart.",
    "A person reviewed the records of Rust, not those of C, and finds labels that words miss: single classes look more frequent in Rust than they are. By words alone both are read alike.",
    "Many classes are looked at: one in twenty excludes a ratio of 1 by chance.",
)
_LABELLED = "cve IN (SELECT cve FROM classes WHERE confidence <> 'low' AND NOT superseded AND {condition})"
_BY_WORDS = "cve IN (SELECT cve FROM classes WHERE confidence NOT IN ('low', 'reviewed') AND memory)"


def answer(store: Store) -> Answer:
    """Compare memory safety against the rest, then each effect."""
    known = snapshots(store, at_least=2)
    window = fixes_since(store, known, known.newest_but_one)
    memory = _LABELLED.format(condition="memory")
    found = [
        _narrowed(store, window, "memory safety", memory),
        _narrowed(store, window, "not memory safety", f"NOT {memory}"),
        _narrowed(store, window, "memory safety, by words alone", _BY_WORDS),
    ]
    named = _LABELLED.format(condition="name = ?")
    found += [
        _narrowed(store, window, rule.name, named, rule.name)
        for rule in class_rules()
        if rule.kind == "effect"
    ]
    comparisons = tuple(comparison for comparison in found if comparison)
    return Answer(
        "by-class",
        ASKS,
        verdict_of(comparisons[:2]),
        ASSUMPTIONS,
        comparisons,
        snapshot=store.report.snapshot,
    )


def _narrowed(store: Store, window: Window, label: str, where: str, *values: object) -> Comparison | None:
    return compare(f"{label}; {window.label}", window.unit, *window.cells(store, where, *values))
