"""A model made executable: for every step of every thread a function over the state."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from typing import TypeAlias

import msgspec

from scrutineer.explore.layout import Layout
from scrutineer.explore.model import Model
from scrutineer.explore.steps import Contract, Position, Step

State: TypeAlias = tuple[int, ...]
Record: TypeAlias = list[tuple[int, int]]
"""What a step touched, in order: (entry of the state, flags)."""

WRITE, ATOMIC, TAKE, GIVE = 1, 2, 4, 8
"""Flags of a record: written (else read) · atomically · a lock taken · a lock given back."""

BLOCKED, SELF_DEADLOCK, FIRST_FAILURE = -1, -2, -10
"""Results of a step that did not happen. From `FIRST_FAILURE` downwards: entries of `Program.failures`."""


def happens(code: int) -> bool:
    """Whether a step takes place: it is neither blocked nor waiting for itself, though it may fail."""
    return code >= 0 or code <= FIRST_FAILURE


Move: TypeAlias = Callable[[list[int]], int]
RecordingMove: TypeAlias = Callable[[list[int], Record], int]
"""Change the state in place and return the thread's next program counter, or why the step did not happen."""


class Kind(enum.IntEnum):
    """What a step means for switching between threads."""

    PRIVATE = 0
    ACCESS = 1
    RELEASE = 2
    ACQUIRE = 3
    ATOMIC = 4
    """Atomic accesses, await, notify, falling asleep: others may see it and go on."""
    CHOICE = 5


class Broken(enum.StrEnum):
    """Why a step could not be done."""

    CHECK = "check"
    NULL = "null dereference"
    RANGE = "index out of range"
    DIVISION = "division by zero"
    CUT = "cut"
    UNOWNED = "unowned release"


class Failure(msgspec.Struct, frozen=True):
    """One way in which a step can fail."""

    broken: Broken
    what: str
    """The place, lock or bound that it is about."""
    contract: Contract | None = None


class Node(msgspec.Struct, frozen=True):
    """A step as the program sees it: a `Wait` is two of them, and every thread ends with a private one."""

    step: Step
    kind: Kind
    reads: int
    writes: int
    """Bit masks over `Model.cells` of what it may read and write, not atomically."""
    alternatives: int = 1
    spurious: bool = False
    """Its last alternative is a wake-up nobody asked for, which does not count against a deadlock."""
    attempt: bool = False
    atomic_reads: int = 0
    atomic_writes: int = 0


def is_awake(nodes: Sequence[Node], counter: int) -> bool:
    """Whether the node is the second half of a `Wait`: the waking up."""
    return counter > 0 and nodes[counter - 1].step is nodes[counter].step


class Program(msgspec.Struct, frozen=True):
    """The functions of a model with what the searches must know about them."""

    model: Model
    layout: Layout
    nodes: tuple[tuple[Node, ...], ...]
    moves: tuple[tuple[tuple[Move, ...], ...], ...]
    """Per thread and program counter, one function per nondeterministic alternative; none at the end."""
    recording: tuple[tuple[tuple[RecordingMove, ...], ...], ...]
    failures: tuple[Failure, ...]
    final: Move
    """0, or a failure, for a state in which all threads have finished."""
    fingerprint: str
    """Names what the program does: replay ids of another program are refused."""

    def failure(self, code: int) -> Failure:
        """Return what a code from `FIRST_FAILURE` downwards stands for."""
        return self.failures[FIRST_FAILURE - code]

    def position(self, thread: int, counter: int) -> Position | None:
        """Return where in the model's source the thread stands."""
        nodes = self.nodes[thread]
        return nodes[counter].step.at if counter < len(nodes) else self.model.threads[thread].at
