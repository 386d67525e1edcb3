"""Steps of a thread: what happens at once, with its place in the source it was taken from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import msgspec

from scrutineer.explore.expressions import Expression, Local, Shared, shared_places


class Position(msgspec.Struct, frozen=True):
    """A place in a source file. Lines and columns count from 1; 0 means unknown."""

    path: str
    line: int
    text: str = ""
    column: int = 0
    end_line: int = 0
    end_column: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


class Contract(msgspec.Struct, frozen=True):
    """A sentence that someone promised: of a `# Safety` section, a SAFETY comment or a design."""

    sentence: str
    source: str = ""
    """Where the sentence stands, such as `rust/kernel/list.rs: List::remove`; empty for the model itself."""


class Set(msgspec.Struct, frozen=True, tag="set"):
    """Write the value of an expression to a local or a shared place."""

    target: Local | Shared
    value: Expression


class Jump(msgspec.Struct, frozen=True, tag="jump"):
    """Go on at the step with this label; `END` is the end of the thread."""

    to: str


class If(msgspec.Struct, frozen=True, tag="if"):
    """Do `then` if the condition is not 0, else `otherwise`; all of it within one step."""

    condition: Expression
    then: tuple[Operation, ...] = ()
    otherwise: tuple[Operation, ...] = ()


class Check(msgspec.Struct, frozen=True, tag="check"):
    """A contract: the model is broken where the condition is 0."""

    condition: Expression
    contract: Contract


class Acquire(msgspec.Struct, frozen=True, tag="acquire"):
    """Take a lock. With `into` it is a try-lock: never blocks, `into` becomes 1 or 0."""

    lock: str
    index: Expression | None = None
    shared: bool = False
    """As one of several readers; only a read-write lock allows it."""
    into: Local | None = None


class Release(msgspec.Struct, frozen=True, tag="release"):
    """Give a lock back, whichever way it was taken. Releasing what one does not hold is an error of the model."""

    lock: str
    index: Expression | None = None


class Wait(msgspec.Struct, frozen=True, tag="wait"):
    """Release the lock and sleep on the condition variable at once; wake with the lock held again."""

    condition: str
    lock: str


class Notify(msgspec.Struct, frozen=True, tag="notify"):
    """Wake one sleeper (any one: all choices are explored) or everyone. Nobody asleep: nothing happens."""

    condition: str
    everyone: bool = False


class Await(msgspec.Struct, frozen=True, tag="await"):
    """Block until the condition is not 0; what it reads counts as atomic accesses."""

    condition: Expression


class Choose(msgspec.Struct, frozen=True, tag="choose"):
    """Set a local to one of several numbers; every choice is explored."""

    into: Local
    options: tuple[int, ...]


class Cut(msgspec.Struct, frozen=True, tag="cut"):
    """The model ends here although the program does not: a bound (`loop unrolled 3 times`). Never *proved* beyond."""

    bound: str


Operation: TypeAlias = Set | Jump | If | Check | Acquire | Release | Wait | Notify | Await | Choose | Cut

END = "end"
"""The label of the end of every thread."""


class Step(msgspec.Struct, frozen=True):
    """What a thread does at once: no other thread runs in between.

    A lock operation, `Wait`, `Notify`, `Await` and `Choose` stand first in their step, and the rest of that
    step touches locals only. After the last step a thread goes on with the next one of its list.
    """

    operations: tuple[Operation, ...]
    label: str = ""
    atomic: bool = False
    """The shared accesses of this step are atomic: two atomic accesses never race."""
    at: Position | None = None
    text: str = ""
    """What a reader of the counterexample should see, such as `take(death_list)`; empty: derived."""
    contract: Contract | None = None
    """The promise that is at stake in this step; a race here quotes it."""


SYNCHRONISING = (Acquire, Wait, Notify, Await, Choose)
"""Operations before which a thread may be interrupted (a release is not one of them)."""


def operations_within(operations: tuple[Operation, ...]) -> Iterator[Operation]:
    """Yield every operation, those inside an `If` included, in the order they are written."""
    for operation in operations:
        yield operation
        if isinstance(operation, If):
            yield from operations_within(operation.then)
            yield from operations_within(operation.otherwise)


def accesses(step: Step) -> list[tuple[Shared, bool]]:
    """Return every shared place that the step names, with whether it is written."""
    found: list[tuple[Shared, bool]] = []
    for operation in operations_within(step.operations):
        match operation:
            case Set(target=target, value=value):
                found += [(place, False) for place in shared_places(value)]
                if isinstance(target, Shared):
                    found += [(place, False) for place in shared_places(target.index or 0)]
                    found.append((target, True))
            case If(condition=condition) | Check(condition=condition) | Await(condition=condition):
                found += [(place, False) for place in shared_places(condition)]
            case Acquire(index=index) | Release(index=index):
                found += [(place, False) for place in shared_places(index or 0)]
    return found
