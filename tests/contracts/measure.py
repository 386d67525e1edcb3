"""How far a reader agrees with labels made by hand: counts, and what it found where it does not."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scrutineer.facts.read import read_file
from scrutineer.model.items import Function, Item

LABELS = Path(__file__).parent / "labels"


@dataclass
class Score:
    """Pairs that agree, what was found beyond them, what was missed; `differences` for a person to read."""

    agreed: int = 0
    found: int = 0
    labelled: int = 0
    differences: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.agreed / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.agreed / self.labelled if self.labelled else 1.0

    def __str__(self) -> str:
        return f"precision {self.precision:.2f}, recall {self.recall:.2f} ({self.labelled} labelled, {self.found} found)"

    def add(self, at: str, labels: list[str], found: list[str]) -> None:
        """Count one unit; a label holds the answers that are right, separated by `/`."""
        left = list(found)
        missed = []
        for label in labels:
            hit = next((answer for answer in left if answer in label.split("/")), None)
            if hit is None:
                missed.append(label)
            else:
                left.remove(hit)
        self.agreed += len(labels) - len(missed)
        self.found += len(found)
        self.labelled += len(labels)
        if missed or left:
            self.differences.append(f"{at}: missed {missed}, extra {left}")


def labels(name: str, sample: str) -> list[dict[str, Any]]:
    """The labelled units of one file: a `section` or `comment` of the `first` or `fresh` sample."""
    found: list[dict[str, Any]] = tomllib.loads((LABELS / f"{name}_{sample}.toml").read_text())[name]
    return found


def doc_at(root: Path, at: str) -> tuple[str, Function | None]:
    """The doc comment that has a heading on that line, and the function it documents."""
    path, _, number = at.rpartition(":")
    text = (root / path).read_bytes()
    lines = text.decode().split("\n")
    first = last = int(number) - 1
    while first and re.match(r"\s*//[/!]", lines[first - 1]):
        first -= 1
    while last + 1 < len(lines) and re.match(r"\s*//[/!]", lines[last + 1]):
        last += 1
    doc = "\n".join(re.sub(r"^\s*//[/!] ?", "", line) for line in lines[first : last + 1])
    offset = len("\n".join(lines[: int(number)]).encode())
    return doc, _documented(read_file(path, text, lower=False).functions, offset)


def _documented(functions: Iterable[Function], offset: int) -> Function | None:
    holding = [each for each in functions if each.span.start <= offset < each.name_span.start]
    return min(holding, key=_size, default=None)


def _size(item: Item) -> int:
    return item.span.end - item.span.start


def comment_at(root: Path, at: str) -> str:
    """The SAFETY comment that begins on that line, without comment marks."""
    path, _, number = at.rpartition(":")
    lines = (root / path).read_text().split("\n")[int(number) - 1 :]
    return "\n".join(re.sub(r"^\s*// ?", "", line) for line in _run(lines))


def _run(lines: list[str]) -> Iterator[str]:
    for line in lines:
        if not re.match(r"\s*//(?![/!])", line):
            return
        yield line
