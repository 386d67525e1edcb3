"""Executes bodies: an interpreter of `model.body.Body` whose drops are those that `flow/` says are scheduled.

What it learns on the way (what was moved where, what was there when something was dropped) is kept in `Seen`, so
that the static decisions of `flow/` can be held against it.
"""

from __future__ import annotations

from typing import Any

from builtin import BUILTINS
from frame import Frame, Seen
from places import Memory
from values import Alias, Closure, PanicError, noisy_parts

from scrutineer.model.body import Body


class Machine:
    """One run of a program: its log, the coins, the fuse."""

    def __init__(self, bodies: dict[str, Body], seen: dict[int, Seen]) -> None:
        self.bodies = bodies
        self.seen = seen
        self.log: list[str] = []
        self.bits = self.fuse = self.next = 0

    def tick(self, name: str) -> None:
        self.log.append(name)
        if self.fuse > 0:
            self.fuse -= 1
            if self.fuse == 0:
                raise PanicError

    def bit(self) -> bool:
        bit = bool(self.bits & 1)
        self.bits >>= 1
        return bit

    def drop_value(self, value: Any) -> None:
        self.log.extend(f"{part.word}{part.number}" for part in noisy_parts(value))

    def call(self, name: str, arguments: list[Any]) -> Any:
        """Call a generated function, or one of the prelude."""
        if name in self.bodies:
            return self.execute(self.bodies[name], arguments, [])
        builtin = BUILTINS[name]
        try:
            return builtin(self, *arguments)
        except PanicError:
            for argument in reversed(arguments):
                self.drop_value(argument)
            raise

    def call_closure(self, closure: Closure, arguments: list[Any], *, once: bool) -> Any:
        """Call a closure; by value, what it still holds is dropped when it returns or unwinds."""
        try:
            return self.execute(closure.body, arguments, closure.captured)
        finally:
            if once:
                self.drop_value(closure)
                closure.captured = []

    def execute(
        self, body: Body, arguments: list[Any], captured: list[tuple[int, tuple[str, ...], Any]]
    ) -> Any:
        """Run a body to its return."""
        memory = Memory(body)
        for at, argument in enumerate(arguments):
            memory.locals[at + 1] = argument
        for local, steps, value in captured:
            memory.capture(local, steps, value)
        frame = Frame(self, body, memory, self.seen[id(body)])
        try:
            result = frame.run()
        finally:
            for at, (local, steps, value) in enumerate(captured):
                if not isinstance(value, Alias):
                    captured[at] = (local, steps, memory.captured(local, steps))
        return result
