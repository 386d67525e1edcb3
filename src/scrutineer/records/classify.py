"""What went wrong, read from a record's title and text: cause and effect, several labels, each with its confidence."""

from __future__ import annotations

import string
import tomllib
from functools import cache
from importlib import resources

import msgspec

_SPACES = str.maketrans(dict.fromkeys(string.punctuation + string.whitespace, " "))
_PREAMBLE = "In the Linux kernel, the following vulnerability has been resolved:"
_BODY_LIMIT = 6_000


class ClassRule(msgspec.Struct, frozen=True):
    """One class and the words that speak for it; `classes.toml` explains the fields."""

    name: str
    kind: str
    memory: bool
    phrases: tuple[str, ...]
    reports: tuple[str, ...]
    weak: tuple[str, ...]


class Reviewed(msgspec.Struct, frozen=True):
    """A person's classes for one record, and why the words alone would mislead."""

    cve: str
    classes: tuple[str, ...]
    reason: str


class Label(msgspec.Struct, frozen=True):
    """One class of one record. Confidence: reviewed, high, medium or low; evidence: the words, or the reason."""

    name: str
    kind: str
    confidence: str
    evidence: str


class _ClassFile(msgspec.Struct, frozen=True):
    rules: tuple[ClassRule, ...] = msgspec.field(name="class")


class _ReviewedFile(msgspec.Struct, frozen=True):
    reviewed: tuple[Reviewed, ...]


@cache
def class_rules() -> tuple[ClassRule, ...]:
    """All classes, as the data file orders them."""
    return msgspec.convert(_data("classes.toml"), _ClassFile).rules


@cache
def reviewed() -> dict[str, Reviewed]:
    """The reviewed records by CVE number."""
    return {entry.cve: entry for entry in msgspec.convert(_data("reviewed.toml"), _ReviewedFile).reviewed}


def memory_classes() -> tuple[str, ...]:
    """The effects that break memory safety."""
    return tuple(rule.name for rule in class_rules() if rule.memory)


def classify(cve: str, title: str, text: str) -> tuple[Label, ...]:
    """The labels of one record; a reviewed entry replaces what the words say."""
    entry = reviewed().get(cve)
    if entry is None:
        return classify_words(title, text)
    kinds = {rule.name: rule.kind for rule in class_rules()}
    return tuple(Label(name, kinds[name], "reviewed", entry.reason) for name in entry.classes)


def classify_words(title: str, text: str) -> tuple[Label, ...]:
    """What the words alone say."""
    heading = _Text.of(title)
    body = _Text.of(text.removeprefix(_PREAMBLE)[:_BODY_LIMIT])
    found = (_label(rule, heading, body) for rule in class_rules())
    return tuple(label for label in found if label is not None)


class _Text(msgspec.Struct, frozen=True):
    """Normalised text and its words: a phrase is only looked for when its first word is there at all."""

    text: str
    words: frozenset[str]

    @classmethod
    def of(cls, text: str) -> _Text:
        """Lower case, every run of punctuation and white space one space, a space at both ends."""
        words = text.lower().translate(_SPACES).split()
        return cls(f" {' '.join(words)} ", frozenset(words))

    def first_of(self, phrases: tuple[str, ...]) -> str | None:
        """The first of the phrases that occurs as whole words."""
        starts, pairs = _starts(phrases)
        if self.words.isdisjoint(starts):
            return None
        for phrase, start in pairs:
            if start in self.words and f" {phrase} " in self.text:
                return phrase
        return None


@cache
def _starts(phrases: tuple[str, ...]) -> tuple[frozenset[str], tuple[tuple[str, str], ...]]:
    """The first words of all phrases, and each phrase with its own."""
    pairs = tuple((phrase, phrase.split()[0]) for phrase in phrases)
    return frozenset(start for _, start in pairs), pairs


def _label(rule: ClassRule, title: _Text, body: _Text) -> Label | None:
    for phrases, text, confidence in (
        (rule.phrases, title, "high"),
        (rule.reports, body, "high"),
        (rule.phrases, body, "medium"),
        (rule.weak, title, "medium"),
        (rule.weak, body, "low"),
    ):
        phrase = text.first_of(phrases)
        if phrase is not None:
            return Label(rule.name, rule.kind, confidence, phrase)
    return None


def _data(name: str) -> dict[str, object]:
    return tomllib.loads(resources.files("scrutineer.records").joinpath(name).read_text(encoding="utf-8"))
