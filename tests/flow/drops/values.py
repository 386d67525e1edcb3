"""Values and memory of the machine that executes bodies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


class PanicError(Exception):
    """A panic of the executed program."""


class Missing:
    """What a place holds before it is filled, and after it was moved out of."""

    def __repr__(self) -> str:
        return "missing"


MISSING = Missing()


class Noisy:
    """A value whose drop is logged."""

    def __init__(self, word: str, number: int) -> None:
        self.word = word
        self.number = number


class Record:
    """A struct, variant or tuple: its name and its fields in order of declaration."""

    def __init__(self, name: str, fields: dict[str, Any]) -> None:
        self.name = name
        self.fields = fields


class Boxed:
    """A `Box`."""

    def __init__(self, value: Any) -> None:
        self.cell = [value]


class Cell:
    """A location: something indexed, and the index."""

    def __init__(self, holder: Any, key: Any) -> None:
        self.holder = holder
        self.key = key

    def get(self) -> Any:
        return self.holder[self.key]

    def set(self, value: Any) -> None:
        self.holder[self.key] = value


class Ref:
    """A reference."""

    def __init__(self, cell: Cell) -> None:
        self.cell = cell


class Alias:
    """What a captured variable is inside a closure that captured it by reference."""

    def __init__(self, cell: Cell) -> None:
        self.cell = cell


class Closure:
    """A closure or async block with what it took in: captures by local of its body."""

    def __init__(self, body: Any, captured: list[tuple[int, tuple[str, ...], Any]]) -> None:
        self.body = body
        self.captured = captured


class Later:
    """A future of the prelude: what to do when it is awaited."""

    def __init__(self, run: Any, held: list[Any]) -> None:
        self.run = run
        self.held = held


def noisy_parts(value: Any) -> Iterator[Noisy]:
    """What a drop of the value logs, in order."""
    if isinstance(value, Noisy):
        yield value
    elif isinstance(value, Record):
        for part in value.fields.values():
            yield from noisy_parts(part)
    elif isinstance(value, Boxed):
        yield from noisy_parts(value.cell[0])
    elif isinstance(value, list):
        for part in value:
            yield from noisy_parts(part)
    elif isinstance(value, Closure):
        for _, _, part in value.captured:
            yield from noisy_parts(part)
    elif isinstance(value, Later):
        for part in value.held:
            yield from noisy_parts(part)


def is_copy(value: Any) -> bool:
    """Whether a use leaves the value where it is."""
    if isinstance(value, Record):
        return all(is_copy(part) for part in value.fields.values()) and value.name in {
            "()",
            "Some",
            "None",
            "Pending",
            "..",
        }
    return isinstance(value, (bool, int, str, Ref, Missing)) or value is None
