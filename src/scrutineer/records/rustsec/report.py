"""Advisories by class and year, and how near their named functions are to unsafe code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import msgspec

from scrutineer.records.answer import Answer, Table
from scrutineer.records.classify import classify
from scrutineer.records.rustsec.advisory import Advisories, Advisory
from scrutineer.records.rustsec.versions import is_affected, matches, version_key
from scrutineer.records.statistics.exact import share_interval
from scrutineer.surface.functions import Touch, crate_functions, touch, touch_all

MEMORY = frozenset({"memory-corruption", "memory-exposure", "thread-safety"})
NEAR = (Touch.UNSAFE, Touch.HOLDS, Touch.CALLS)
ASSUMPTIONS = (
    "Classes are RustSec's categories, several per advisory; `unsound` and the other informational kinds count as classes of their own. Memory safety is memory-corruption, memory-exposure, thread-safety or unsound.",
    "Withdrawn advisories, and crates published to harm (category malicious), are left out. An advisory counts in the year of its date.",
    "A function is looked at in the newest affected version of its crate that is at hand. Names are compared, nothing is resolved: `calls` is what may be. Which crates are at hand is a choice, not a sample.",
    "An advisory is near unsafe code when one of its named functions is unsafe, holds unsafe code, or calls a function of its crate that does. What it says about cause is limited: near is not why.",
)
_CLASSES = (
    "memory-corruption", "memory-exposure", "thread-safety", "unsound", "denial-of-service", "crypto-failure",
    "code-execution", "format-injection", "file-disclosure", "privilege-escalation", "unmaintained", "notice", "none",
)  # fmt: skip


class _Looked(msgspec.Struct, frozen=True):
    """One advisory whose crate is at hand, and how many of the crate's functions are near unsafe code."""

    advisory: Advisory
    version: str
    answer: Touch
    near: int
    functions: int


def rustsec(advisories: Advisories, crates: Path | None) -> Answer:
    """The report; without crates at hand, the last share is not given and says which option is missing."""
    counted = [one for one in advisories.read if not one.withdrawn and "malicious" not in one.categories]
    memory = [one for one in counted if is_memory_safety(one)]
    tables = [_over_time(counted), _effects(memory)]
    says = f"{len(memory)} of {len(counted)} advisories are about memory safety"
    if crates is None:
        says += "; give --crates DIR to see how near the functions they name are to unsafe code."
    else:
        looked = [found for one in memory if (found := _look(one, crates))]
        says += f"; {_near_text(looked)}"
        tables += [_nearness(looked), _named(looked)]
    tables.append(
        Table("Malformed", ("path", "why"), tuple((item.path, item.why) for item in advisories.malformed))
    )
    return Answer(
        "rustsec",
        "What are the advisories of Rust crates about?",
        says,
        ASSUMPTIONS,
        tables=tuple(table for table in tables if table.rows),
    )


def is_memory_safety(advisory: Advisory) -> bool:
    """By RustSec's own categories, or because it is called unsound."""
    return bool(MEMORY & set(advisory.categories)) or advisory.informational == "unsound"


def classes_of(advisory: Advisory) -> tuple[str, ...]:
    """RustSec's categories and the informational kind; `none` when it has neither."""
    kinds = (*advisory.categories, *([advisory.informational] if advisory.informational else []))
    return kinds or ("none",)


def _over_time(advisories: Iterable[Advisory]) -> Table:
    counts: Counter[tuple[int, str]] = Counter()
    totals: Counter[int] = Counter()
    memory: Counter[int] = Counter()
    for one in advisories:
        totals[one.date.year] += 1
        memory[one.date.year] += is_memory_safety(one)
        counts.update((one.date.year, name) for name in classes_of(one))
    rows = []
    for year in sorted(totals):
        share = share_interval(memory[year], totals[year])
        classes = (counts[year, name] for name in _CLASSES)
        rows.append(
            (
                str(year),
                totals[year],
                memory[year],
                memory[year] / totals[year],
                share.low,
                share.high,
                *classes,
            )
        )
    columns = ("year", "advisories", "memory safety", "share", "low", "high", *_CLASSES)
    return Table("By year and class (share: memory safety, exact 95 % interval)", columns, tuple(rows))


def _effects(advisories: list[Advisory]) -> Table:
    """What the texts of the memory-safety advisories speak of, by the words that classify CVE records."""
    counts: Counter[str] = Counter()
    for one in advisories:
        counts.update(
            label.name
            for label in classify(one.id, one.title, one.text)
            if label.kind == "effect" and label.confidence != "low"
        )
    rows = tuple((name, count) for name, count in counts.most_common())
    return Table(
        f"What the texts of the {len(advisories)} memory-safety advisories name",
        ("effect", "advisories"),
        rows,
    )


def _look(advisory: Advisory, crates: Path) -> _Looked | None:
    """The nearest answer of the functions named for the version looked at; None when nothing can be looked at."""
    if not advisory.functions:
        return None
    at_hand = [
        folder.name.removeprefix(f"{advisory.package}-")
        for folder in crates.glob(f"{advisory.package}-[0-9]*")
        if folder.is_dir()
    ]
    for version in sorted(filter(_is_version, at_hand), key=version_key, reverse=True):
        if not is_affected(version, advisory.patched, advisory.unaffected):
            continue
        named = [
            path
            for path, wanted in advisory.functions.items()
            if any(matches(part, version) for part in wanted)
        ]
        functions = crate_functions(crates / f"{advisory.package}-{version}")
        found = {touch(functions, path) for path in named or advisory.functions}
        every = touch_all(functions)
        return _Looked(
            advisory,
            version,
            next(answer for answer in Touch if answer in found),
            sum(answer in NEAR for answer in every),
            len(every),
        )
    return None


def _is_version(text: str) -> bool:
    try:
        version_key(text)
    except ValueError:
        return False
    return True


def _near_text(looked: list[_Looked]) -> str:
    found = [one for one in looked if one.answer != Touch.NOT_FOUND]
    if not found:
        return "no function that they name is in a crate at hand."
    near = sum(one.answer in NEAR for one in found)
    share = share_interval(near, len(found))
    base = sum(one.near / max(one.functions, 1) for one in found) / len(found)
    return (
        f"of the {len(found)} whose named function is in a crate at hand, {near} name one that is or touches unsafe code "
        f"({near / len(found):.0%}, exact 95 % interval {share.low:.0%} to {share.high or 1:.0%}); "
        f"of all functions of the same crates, {base:.0%} do (mean over the advisories)."
    )


def _nearness(looked: list[_Looked]) -> Table:
    counts = Counter(one.answer for one in looked)
    return Table(
        "Memory-safety advisories with a named function and an affected version at hand",
        ("the function", "advisories"),
        tuple((str(answer), counts[answer]) for answer in Touch),
    )


def _named(looked: list[_Looked]) -> Table:
    rows = tuple(
        (
            one.advisory.id,
            one.advisory.package,
            one.version,
            str(one.answer),
            one.near,
            one.functions,
            one.advisory.title,
        )
        for one in looked
    )
    columns = ("advisory", "crate", "version", "the function", "near", "of", "title")
    return Table("Each of them; how many of its crate's functions are near unsafe code", columns, rows)
