"""One activation of a body, and what is learnt while it runs."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from meaning import OPERATORS, constant, matches, moved_inside, plain
from methods import METHODS
from places import Memory
from values import (
    MISSING,
    Alias,
    Boxed,
    Cell,
    Closure,
    Later,
    Noisy,
    PanicError,
    Record,
    Ref,
    is_copy,
    noisy_parts,
)

from scrutineer.flow.drops import scheduled
from scrutineer.model.body import Body, Operand, Operation, Place, Terminator

if TYPE_CHECKING:
    from machine import Machine


class Seen:
    """What happened at points of a body: (block, operation) to the set of what was seen there."""

    def __init__(self) -> None:
        self.moved: dict[tuple[int, int, int], set[bool]] = defaultdict(set)
        self.dropped: dict[tuple[int, int], set[tuple[int, ...] | None]] = defaultdict(set)
        self.unwound: dict[tuple[int, int], set[tuple[tuple[int, str], ...]]] = defaultdict(set)
        self.noisy: set[int] = set()
        self.fields: dict[Place, tuple[str, ...]] = {}


class Frame:
    """One activation of a body."""

    def __init__(self, machine: Machine, body: Body, memory: Memory, seen: Seen) -> None:
        self.machine = machine
        self.body = body
        self.memory = memory
        self.seen = seen

    def run(self) -> Any:
        block = 0
        steps = 0
        while True:
            steps += 1
            assert steps < 10_000, "does not end"
            for at, operation in enumerate(self.body.blocks[block].operations):
                try:
                    self.step(operation, block, at)
                except PanicError:
                    self.unwind(operation, block, at)
                    raise
            terminator = self.body.blocks[block].terminator
            if terminator.kind == "return":
                result = self.memory.locals[0]
                return None if result is MISSING else result
            block = terminator.targets[self.choose(terminator)]

    def unwind(self, operation: Operation, block: int, at: int) -> None:
        found: list[tuple[int, str]] = []
        for local in scheduled(self.body, operation):
            value = self.memory.locals[local]
            alive = any(noisy_parts(value))
            found.append((local, "alive" if alive else "absent" if value is MISSING else "quiet"))
            if alive:
                self.machine.drop_value(value)
                self.memory.locals[local] = MISSING
        self.seen.unwound[block, at].add(tuple(found))

    def choose(self, terminator: Terminator) -> int:
        if terminator.kind == "goto":
            return 0
        if terminator.kind == "cfg":
            return 0 if terminator.labels[0] == "debug_assertions" else 1
        assert terminator.condition is not None, terminator
        if terminator.kind == "branch":
            return 0 if self.peek(terminator.condition) else 1
        value = self.peek(terminator.condition)
        if terminator.kind == "try":
            return 0 if value.name in {"Ok", "Some"} else 1
        return next(at for at, label in enumerate(terminator.labels) if matches(value, label))

    def peek(self, operand: Operand) -> Any:
        if operand.place is None or operand.mode == "constant":
            return constant(operand.constant)
        return self.memory.find(operand.place)[0].get()

    def take(self, operand: Operand, block: int, at: int, position: int, *, bind: bool = False) -> Any:
        """The value of an operand, moved out if it is not Copy."""
        if operand.mode == "constant" or operand.place is None:
            return constant(operand.constant)
        cell, through = self.memory.find(operand.place)
        value = cell.get()
        if operand.mode in {"read", "write"}:
            return Ref(cell)
        if bind and through:
            self.seen.moved[block, at, position].add(False)
            return value if is_copy(value) and not isinstance(value, Record) else Ref(cell)
        assert value is not MISSING, f"use of {operand.place}, which is empty"
        self.seen.moved[block, at, position].add(not isinstance(value, (bool, int, str, Ref, type(None))))
        if not is_copy(value):
            cell.set(MISSING)
        return value

    def store(self, target: Place | None, value: Any) -> None:
        if target is not None:
            self.memory.find(target, create=True)[0].set(value)
            if not target.steps and any(noisy_parts(value)):
                self.seen.noisy.add(target.local)

    def step(self, operation: Operation, block: int, at: int) -> None:
        kind = operation.kind
        if kind in {"drop", "storage_dead"}:
            self.end(operation, block, at)
        elif kind == "assign":
            bind = operation.name == "bind"
            self.store(operation.target, self.take(operation.operands[0], block, at, 0, bind=bind))
        elif kind in {"borrow", "raw_borrow"}:
            place = operation.operands[0].place
            assert place is not None
            self.store(operation.target, Ref(self.memory.find(place, create=True)[0]))
        elif kind == "call":
            self.store(operation.target, self.call(operation, block, at))
        elif kind == "panic":
            raise PanicError
        elif kind == "await":
            value = self.take(operation.operands[0], block, at, 0)
            self.store(operation.target, self.resume(value))
        elif kind not in {"match", "format"}:
            self.store(operation.target, self.compute(operation, block, at))
        elif kind == "format":
            self.store(operation.target, "text")

    def resume(self, value: Any) -> Any:
        if isinstance(value, Later):
            return value.run()
        return self.machine.call_closure(value, [], once=True)

    def end(self, operation: Operation, block: int, at: int) -> None:
        place = operation.target
        assert place is not None
        if place.local < 0:
            return
        cell, _ = self.memory.find(place, create=True)
        value = cell.get()
        parts = tuple(noisy_parts(value))
        if operation.kind == "storage_dead":
            assert not parts, f"{place} dies with something to drop"
        else:
            self.seen.dropped[block, at].add(None if value is MISSING else tuple(p.number for p in parts))
            cell.set(MISSING)
            self.machine.drop_value(value)
        cell.set(MISSING)

    def call(self, operation: Operation, block: int, at: int) -> Any:
        callee = operation.callee
        assert callee is not None
        operands = operation.operands
        if callee.form == "path":
            arguments = [self.take(operand, block, at, n) for n, operand in enumerate(operands)]
            return self.machine.call(callee.name.rpartition("::")[2], arguments)
        place = operands[0].place
        assert place is not None
        cell, _ = self.memory.find(place)
        while isinstance(cell.get(), (Ref, Boxed)):
            held = cell.get()
            cell = held.cell if isinstance(held, Ref) else Cell(held.cell, 0)
        if callee.form == "value":
            closure = cell.get()
            inside = {local for local, _, value in closure.captured if any(noisy_parts(value))}
            once = bool(inside & moved_inside(closure.body))
            self.seen.moved[block, at, 0].add(once)
            rest = [self.take(operand, block, at, n) for n, operand in enumerate(operands) if n]
            if once:
                cell.set(MISSING)
            return self.machine.call_closure(closure, rest, once=once)
        return self.method(operation, cell, block, at)

    def method(self, operation: Operation, cell: Cell, block: int, at: int) -> Any:
        assert operation.callee is not None
        by_value, function = METHODS[operation.callee.name]
        receiver = cell.get()
        self.seen.moved[block, at, 0].add(by_value)
        rest = [self.take(operand, block, at, n) for n, operand in enumerate(operation.operands) if n]
        if by_value and not is_copy(receiver):
            cell.set(MISSING)
        try:
            return function(self.machine, receiver if by_value else cell, *rest)
        except PanicError:
            for argument in reversed(rest):
                self.machine.drop_value(argument)
            if by_value:
                self.machine.drop_value(receiver)
            raise

    def compute(self, operation: Operation, block: int, at: int) -> Any:
        kind, name = operation.kind, operation.name
        if kind == "aggregate":
            return self.aggregate(operation, block, at)
        values = [self.peek(operand) for operand in operation.operands]
        if kind == "unary":
            return not values[0] if name == "!" else -values[0]
        if kind == "cast":
            return values[0]
        left, right = (plain(value) for value in values)
        if name.endswith("=") and name not in {"==", "!=", "<=", ">="}:
            place = operation.operands[0].place
            assert place is not None
            self.memory.find(place)[0].set(OPERATORS[name[:-1]](left, right))
            return None
        if isinstance(left, Noisy):
            self.machine.tick("eq")
            return self.machine.bit() if name == "==" else not self.machine.bit()
        return OPERATORS[name](left, right)

    def aggregate(self, operation: Operation, block: int, at: int) -> Any:
        name = operation.name
        if name.startswith(("closure#", "async#")):
            return self.close(operation, block, at)
        update = operation.fields[-1:] == ("..",)
        operands = operation.operands[:-1] if update else operation.operands
        values = [self.take(operand, block, at, n) for n, operand in enumerate(operands)]
        if name in {"[]", "vec![]"}:
            return values
        if name in {"[;]", "vec![;]"}:
            return [values[0]] * values[1]
        fields = operation.fields or tuple(map(str, range(len(values))))
        made = dict(zip(fields, values, strict=False))
        if update:
            place = operation.operands[-1].place
            assert place is not None
            base = self.memory.find(place)[0].get()
            self.seen.fields[place] = tuple(base.fields)
            for field in base.fields:
                if field not in made:
                    made[field] = base.fields[field]
                    base.fields[field] = MISSING
            made = {field: made[field] for field in base.fields}
        order = {"P": ("a", "b"), "B": ("x", "y")}.get(name.rpartition("::")[2])
        if order:
            made = {field: made[field] for field in order}
        return Record(name.rpartition("::")[2], made)

    def close(self, operation: Operation, block: int, at: int) -> Closure:
        body = self.body.closures[int(operation.name.partition("#")[2])]
        captured: list[tuple[int, tuple[str, ...], Any]] = []
        for n, (operand, capture) in enumerate(zip(operation.operands, body.captures, strict=True)):
            assert operand.place is not None
            cell, _ = self.memory.find(operand.place)
            value = cell.get()
            by_value = operand.mode == "use" or capture.local in moved_inside(body)
            by_value = by_value and not is_copy(value)
            self.seen.moved[block, at, n].add(by_value)
            if by_value:
                cell.set(MISSING)
            keep = value if by_value or (body.by_move and is_copy(value)) else Alias(cell)
            captured.append((capture.local, capture.place.steps, keep))
        return Closure(body, captured)
