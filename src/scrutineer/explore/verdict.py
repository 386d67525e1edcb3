"""What an exploration found, as data: other rooms turn it into findings and flows."""

from __future__ import annotations

import enum

import msgspec

from scrutineer.explore.model import Bound
from scrutineer.explore.steps import Contract, Position


class VerdictKind(enum.StrEnum):
    """The outcomes of an exploration."""

    RACE = "data race"
    VIOLATION = "violation"
    SELF_DEADLOCK = "self-deadlock"
    DEADLOCK = "deadlock"
    FINAL = "final assertion"
    LOCK_ORDER = "lock-order cycle"
    PROVED = "proved within bounds"
    CUT = "cut short"


class Bounds(msgspec.Struct, frozen=True):
    """Where the exploration stops. A million states cost about 10 s and 0.8 GB."""

    states: int = 1_000_000
    steps_without_switch: int = 10_000
    """A thread that does more steps than this on its own, without meeting a switch point, never ends."""


class Access(msgspec.Struct, frozen=True):
    """One access to shared memory by one step."""

    place: str
    write: bool
    atomic: bool = False
    value: int | None = None
    """The value read or written; None when the step has not been done."""


class HeldLock(msgspec.Struct, frozen=True):
    """A lock and the thread that holds it."""

    lock: str
    thread: str
    shared: bool = False


class ScheduleStep(msgspec.Struct, frozen=True):
    """One step of a schedule, in the order in which it happens."""

    thread: int
    name: str
    """The thread's name."""
    message: str
    at: Position | None
    accesses: tuple[Access, ...] = ()
    held: tuple[HeldLock, ...] = ()
    """Every lock that is held after the step, by whichever thread."""
    locals: tuple[tuple[str, int], ...] = ()
    """The locals that the step changed, with their new values."""
    contract: Contract | None = None
    done: bool = True
    """False for the step at the end that cannot happen, or races, or fails."""
    private: bool = False
    """It touched nothing that another thread can see."""


class Consequence(msgspec.Struct, frozen=True):
    """What the model goes on to do after a race, when the racing accesses happen in some order."""

    message: str
    steps: tuple[ScheduleStep, ...]
    contract: Contract | None = None
    lists: tuple[str, ...] = ()


class LockOrder(msgspec.Struct, frozen=True):
    """One edge of a lock-order cycle: a thread takes a lock while it holds another."""

    held: str
    taken: str
    thread: str
    at: Position | None


class Verdict(msgspec.Struct, frozen=True):
    """The result of exploring one model. `steps` is empty when nothing was found."""

    model: str
    kind: VerdictKind
    message: str
    bounds: tuple[Bound, ...]
    states: int
    granularity: str
    """`synchronisation` or `access`: where threads were switched."""
    steps: tuple[ScheduleStep, ...] = ()
    contract: Contract | None = None
    """The promise that the schedule breaks."""
    consequence: Consequence | None = None
    cycle: tuple[LockOrder, ...] = ()
    lists_before: tuple[str, ...] = ()
    lists_after: tuple[str, ...] = ()
    not_explored: tuple[str, ...] = ()
    """The bounds that were hit. Not empty: nothing is proved beyond them."""
    sequentially_consistent_only: bool = False
    """Threads synchronise by more than locks: weaker memory orders were not considered."""
    replay: str = ""
    fix: str = ""
    threads: tuple[str, ...] = ()
    note: str = "a schedule of the model, not an observation of the program"

    @property
    def counterexample(self) -> bool:
        """Whether a schedule was found that breaks the model."""
        return self.kind not in {VerdictKind.PROVED, VerdictKind.CUT}
