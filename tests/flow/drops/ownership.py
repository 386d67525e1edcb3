"""What the borrow checker would track: variables, which of them may be moved, which are borrowed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random

_NAME = re.compile(r"\b(?:x\d+|self)\b")
Variables = dict[str, tuple[str, bool]]


class Ownership:
    """What may be used how; `variables` are those that may be used by value, `held` those that are borrowed."""

    def __init__(self, random: Random, edition: int) -> None:
        self.random = random
        self.edition = edition
        self.variables: Variables = {}
        self.frozen: set[str] = set()
        self.count = 0
        self.depth = 0
        self.result = "()"
        self.loops: list[tuple[str, str]] = []
        self.closed = False
        self.held: set[str] = set()

    def fresh(self) -> str:
        self.count += 1
        return f"x{self.count}"

    def declare(self, name: str, type_: str, *, mutable: bool = False) -> None:
        self.variables[name] = (type_, mutable)

    def pick(self, options: list[Callable[[], str]]) -> str:
        return self.random.choice(options)()

    def movable(self, type_: str) -> list[str]:
        return [n for n, (t, _) in self.variables.items() if t == type_ and n not in self.frozen | self.held]

    def present(self, type_: str) -> list[str]:
        return [n for n, (t, _) in self.variables.items() if t == type_]

    def mutable(self, type_: str) -> list[str]:
        return [n for n, (t, m) in self.variables.items() if t == type_ and m and n not in self.held]

    def moved(self, name: str) -> str:
        """Use a variable by value."""
        if self.variables[name][0] not in {"r", "bool", "u32"}:
            del self.variables[name]
        return name

    @contextmanager
    def branch(self) -> Iterator[None]:
        """A way that may or may not be taken: what is moved on it is gone, what is declared on it is not seen."""
        before = dict(self.variables)
        yield
        self.variables = {n: before[n] for n in before if n in self.variables}

    @contextmanager
    def frozen_outside(self) -> Iterator[None]:
        """A loop or closure body: outside variables are not moved."""
        before = set(self.frozen)
        self.frozen |= set(self.variables)
        with self.branch():
            yield
        self.frozen = before

    def borrowed(self, type_: str, form: str) -> str:
        """A variable that is looked at, and stays where it is until the statement ends."""
        name = self.random.choice(self.present(type_) or [""])
        self.held.add(name)
        return form.format(name) if name else "&mk()"

    def closure(self, head: str, write: Callable[[], str], *, again: bool = False) -> str:
        """A closure or async block, by chance a `move` one, which then takes every variable that it names.

        One that is called again moves nothing out. `return`, `?` and jumps of the outside do not reach into it.
        """
        saved, self.loops, self.closed = (self.closed, self.loops), [], True
        with self.frozen_outside() if again else self.branch():
            text = write()
        self.closed, self.loops = saved
        named = [name for name in dict.fromkeys(_NAME.findall(text)) if name in self.variables]
        if self.random.random() < 0.5 or any(name in self.frozen | self.held for name in named):
            self.held.update(named)
            return head + text
        for name in named:
            self.moved(name)
        return f"async move {text}" if head == "async " else f"move {head}{text}"
