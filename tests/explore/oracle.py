"""A second, naive explorer: an interpreter of the records themselves that switches threads at every step.

It shares no code with the product's searches: no generated text, no blocks, its own idea of a state.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, field

from scrutineer.explore.expressions import Binary, Expression, Local, Not, Shared
from scrutineer.explore.model import CellKind, Model
from scrutineer.explore.steps import (
    Acquire,
    Await,
    Check,
    Choose,
    If,
    Jump,
    Notify,
    Operation,
    Release,
    Set,
    Step,
    Wait,
)

Memory = dict[str, int]
State = tuple[tuple[float, ...], tuple[int, ...]]
Touched = set[tuple[str, bool, bool]]
"""(place, written, atomic)."""

_OPERATORS: dict[str, Callable[[int, int], int]] = {
    "+": operator.add,
    "-": operator.sub,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
}


@dataclass
class Seen:
    """What the naive search saw."""

    race: bool = False
    finals: set[State] = field(default_factory=set)
    deadlocks: set[State] = field(default_factory=set)
    self_deadlocks: set[tuple[int, float]] = field(default_factory=set)
    violations: set[tuple[int, float]] = field(default_factory=set)
    states: int = 0


class BrokenError(Exception):
    """A contract does not hold, or an index is null."""


class Machine:
    """The memory of one state and what the current step touches."""

    def __init__(self, model: Model, keys: list[str]) -> None:
        self.keys = keys
        self.kinds = {cell.name: cell.kind for cell in model.cells}
        self.sizes = {cell.name: cell.size for cell in model.cells}
        self.memory: Memory = {}
        self.touched: Touched = set()
        self.thread = 0
        self.atomic = False

    def load(self, values: tuple[int, ...], thread: int) -> None:
        self.memory = dict(zip(self.keys, values, strict=True))
        self.touched = set()
        self.thread = thread

    def place(self, shared: Shared, *, write: bool) -> str:
        name = shared.cell
        if shared.index is not None:
            index = self.value(shared.index)
            if not 1 <= index <= self.sizes[name]:
                raise BrokenError
            name = f"{name}#{index}"
        self.touched.add((name, write, self.atomic or self.kinds[shared.cell] is CellKind.ATOMIC))
        return name

    def value(self, expression: Expression) -> int:
        match expression:
            case int():
                return expression
            case Local(name=name):
                return self.memory[f"{self.thread}.{name}"]
            case Shared():
                return self.memory[self.place(expression, write=False)]
            case Not(value=value):
                return int(not self.value(value))
            case Binary(operator="and", left=left, right=right):
                return int(bool(self.value(left)) and bool(self.value(right)))
            case Binary(operator=name, left=left, right=right):
                return int(_OPERATORS[name](self.value(left), self.value(right)))

    def set(self, target: Local | Shared, value: int) -> None:
        if isinstance(target, Local):
            self.memory[f"{self.thread}.{target.name}"] = value
        else:
            self.memory[self.place(target, write=True)] = value

    def free(self, lock: str, *, shared: bool) -> bool:
        """Locks are kept as one key per (lock, thread): 0, 1 shared, 2 exclusive."""
        holds = [value for key, value in self.memory.items() if key.startswith(f"{lock}@")]
        mine = self.memory[f"{lock}@{self.thread}"]
        return not any(value == 2 for value in holds) and not mine if shared else not any(holds)

    def run(self, operations: tuple[Operation, ...], target: str | None = None) -> str | None:
        """Run plain operations; return the label jumped to."""
        for operation in operations:
            match operation:
                case Set(target=place, value=value):
                    self.set(place, self.value(value))
                case Jump(to=to):
                    return to
                case Check(condition=condition):
                    if not self.value(condition):
                        raise BrokenError
                case If(condition=condition, then=then, otherwise=otherwise):
                    target = self.run(then if self.value(condition) else otherwise)
                    if target is not None:
                        return target
        return None


@dataclass
class Outcome:
    """One way in which a step can go: `after` is None where it is blocked."""

    after: State | None = None
    touched: Touched = field(default_factory=set)
    own_lock: bool = False
    broken: bool = False


class Oracle:
    """Explores one model."""

    def __init__(self, model: Model, variables: list[list[str]]) -> None:
        self.model = model
        threads = range(len(model.threads))
        keys = {f"{lock.name}@{t}": 0 for lock in model.locks for t in threads}
        keys |= {f"{condition.name}@{t}": 0 for condition in model.conditions for t in threads}
        for cell in model.cells:
            names = [f"{cell.name}#{i}" for i in range(1, cell.size + 1)] if cell.size else [cell.name]
            keys |= dict(zip(names, cell.initial, strict=True))
        keys |= {f"{t}.{name}": 0 for t in threads for name in variables[t]}
        self.machine = Machine(model, list(keys))
        self.initial: State = ((0.0,) * len(model.threads), tuple(keys.values()))
        self.labels = [
            {step.label: i for i, step in enumerate(t.steps) if step.label} | {"end": len(t.steps)}
            for t in model.threads
        ]

    def outcomes(self, state: State, thread: int) -> list[Outcome]:
        counters, values = state
        counter = counters[thread]
        steps = self.model.threads[thread].steps
        if counter == len(steps):
            return [Outcome(self._moved(state, thread, len(steps) + 1.0, values))]
        if counter > len(steps):
            return []
        step = steps[int(counter)]
        self.machine.load(values, thread)
        self.machine.atomic = step.atomic
        try:
            return self._step(state, thread, step, counter)
        except BrokenError:
            return [Outcome(touched=self.machine.touched, broken=True)]

    def _moved(self, state: State, thread: int, counter: float, values: tuple[int, ...]) -> State:
        counters = state[0]
        return (*counters[:thread], counter, *counters[thread + 1 :]), values

    def _finish(self, state: State, thread: int, counter: float, rest: tuple[Operation, ...]) -> Outcome:
        machine = self.machine
        label = machine.run(rest)
        after = int(counter) + 1.0 if label is None else float(self.labels[thread][label])
        return Outcome(
            self._moved(state, thread, after, tuple(machine.memory.values())), set(machine.touched)
        )

    def _step(self, state: State, thread: int, step: Step, counter: float) -> list[Outcome]:
        machine = self.machine
        first, rest = (step.operations[0], step.operations[1:]) if step.operations else (None, ())
        match first:
            case Acquire(lock=lock, shared=shared, into=into):
                key, free = f"{lock}@{thread}", machine.free(lock, shared=shared)
                if into is not None:
                    machine.set(into, int(free))
                elif not free:
                    return [Outcome(own_lock=machine.memory[key] > 0)]
                if free:
                    machine.memory[key] = 1 if shared else 2
            case Release(lock=lock):
                machine.memory[f"{lock}@{thread}"] = 0
            case Await(condition=condition):
                machine.atomic = True
                if not machine.value(condition):
                    return [Outcome()]
            case Choose(into=into, options=options):
                found = []
                for option in options:
                    machine.load(state[1], thread)
                    machine.set(into, option)
                    found.append(self._finish(state, thread, counter, rest))
                return found
            case Wait(condition=condition, lock=lock) if counter == int(counter):
                machine.memory[f"{lock}@{thread}"] = 0
                machine.memory[f"{condition}@{thread}"] = 1
                values = tuple(machine.memory.values())
                return [Outcome(self._moved(state, thread, counter + 0.5, values))]
            case Wait(condition=condition, lock=lock):
                if machine.memory[f"{condition}@{thread}"] or not machine.free(lock, shared=False):
                    return [Outcome()]
                machine.memory[f"{lock}@{thread}"] = 2
            case Notify(condition=condition, everyone=everyone):
                asleep = [t for t in range(len(self.model.threads)) if machine.memory[f"{condition}@{t}"]]
                found = []
                for woken in [asleep] if everyone or not asleep else [[t] for t in asleep]:
                    machine.load(state[1], thread)
                    machine.memory |= dict.fromkeys((f"{condition}@{t}" for t in woken), 0)
                    found.append(self._finish(state, thread, counter, rest))
                return found
            case _:
                rest = step.operations
        return [self._finish(state, thread, counter, rest)]

    def explore(self, most: int) -> Seen | None:
        """Explore everything; None if there are more states than `most`."""
        seen = Seen()
        known = {self.initial}
        todo = [self.initial]
        ends = [len(thread.steps) + 1 for thread in self.model.threads]
        while todo:
            state = todo.pop()
            per_thread = [self.outcomes(state, t) for t in range(len(ends))]
            seen.race = seen.race or _race(per_thread)
            awake = own_lock = False
            for t, outcomes in enumerate(per_thread):
                for outcome in outcomes:
                    if outcome.own_lock:
                        own_lock = True
                        seen.self_deadlocks.add((t, state[0][t]))
                    if outcome.broken:
                        awake = True
                        seen.violations.add((t, state[0][t]))
                    if outcome.after is not None:
                        awake = True
                        if outcome.after not in known:
                            known.add(outcome.after)
                            todo.append(outcome.after)
            if len(known) > most:
                return None
            if not awake and not own_lock:
                done = all(counter == end for counter, end in zip(state[0], ends, strict=True))
                (seen.finals if done else seen.deadlocks).add(state)
        seen.states = len(known)
        return seen


def _race(per_thread: list[list[Outcome]]) -> bool:
    touched = [set().union(*(o.touched for o in outcomes)) for outcomes in per_thread]
    return any(
        place == other and (write or write_too) and not (atomic and atomic_too)
        for i, one in enumerate(touched)
        for two in touched[i + 1 :]
        for place, write, atomic in one
        for other, write_too, atomic_too in two
    )
