"""One step of a model as Promela statements."""

from __future__ import annotations

import re

from scrutineer.explore.expressions import Binary, Expression, Local, Not, Shared
from scrutineer.explore.model import Model
from scrutineer.explore.program import Node
from scrutineer.explore.steps import (
    END,
    Acquire,
    Await,
    Check,
    Choose,
    Cut,
    If,
    Jump,
    Notify,
    Operation,
    Release,
    Set,
    Wait,
)

_SYMBOLS = {"and": "&&", "or": "||", "//": "/"}


class Names:
    """Promela identifiers for the names of a model, each one only once."""

    def __init__(self) -> None:
        self.given: dict[tuple[str, str], str] = {}

    def of(self, kind: str, name: str) -> str:
        """Return the identifier of a `cell`, `lock`, `cv` or local of thread `t1`."""
        if (kind, name) not in self.given:
            plain = re.sub(r"\W", "_", f"{kind}_{name}", flags=re.ASCII)
            taken = set(self.given.values())
            self.given[kind, name] = plain if plain not in taken else f"{plain}_{len(taken)}"
        return self.given[kind, name]


class StepText:
    """Writes the statements of one step of one thread; a new one for each step."""

    def __init__(self, model: Model, names: Names, thread: int) -> None:
        self.model = model
        self.names = names
        self.thread = thread
        self.lines: list[str] = []
        self.sizes = {cell.name: cell.size for cell in model.cells}
        self.sizes |= {lock.name: lock.size for lock in model.locks}

    def value(self, expression: Expression, when: str = "1") -> str:
        """Return the expression, after assertions on its indices for where `when` holds."""
        match expression:
            case int():
                return str(expression)
            case Local(name=name):
                return self.names.of(f"t{self.thread}", name)
            case Shared(cell=cell, index=index):
                return self.place("cell", cell, index, when)
            case Not(value=value):
                return f"(!{self.value(value, when)})"
            case Binary(operator=operator, left=left, right=right):
                first = self.value(left, when)
                evaluated = {"and": f"({when} && {first})", "or": f"({when} && !{first})"}.get(operator, when)
                return f"({first} {_SYMBOLS.get(operator, operator)} {self.value(right, evaluated)})"

    def place(self, kind: str, name: str, index: Expression | None, when: str = "1") -> str:
        """Return an element, after the assertion that its index is neither null nor out of range."""
        identifier = self.names.of(kind, name)
        if index is None:
            return identifier
        position = self.value(index, when)
        if not isinstance(index, int):
            limit = f"{position} >= 1 && {position} <= {self.sizes[name]}"
            self.lines.append(f"assert(!({when}) || ({limit}));" if when != "1" else f"assert({limit});")
        return f"{identifier}[{position}]"

    def operations(self, operations: tuple[Operation, ...], labels: dict[str, int]) -> None:
        """Write plain operations."""
        for operation in operations:
            match operation:
                case Set(target=target, value=value):
                    text = self.value(value)
                    place = (
                        self.value(target)
                        if isinstance(target, Local)
                        else self.place("cell", target.cell, target.index)
                    )
                    self.lines.append(f"{place} = {text};")
                case Jump(to=to):
                    self.lines.append(f"pc[{self.thread}] = {labels[to]};")
                case If(condition=condition, then=then, otherwise=otherwise):
                    self.lines.append(f"if :: ({self.value(condition)}) ->")
                    self.operations(then, labels)
                    self.lines.append("skip; :: else ->")
                    self.operations(otherwise, labels)
                    self.lines.append("skip; fi;")
                case Check(condition=condition, contract=contract):
                    self.lines.append(f"assert({self.value(condition)}); /* {comment(contract.sentence)} */")
                case Cut(bound=bound):
                    self.lines.append(f"pc[{self.thread}] = {labels[END]}; /* cut: {comment(bound)} */")

    def acquire(self, operation: Acquire) -> str:
        """Take a lock, or try to; return the guard of the step."""
        place = self.place("lock", operation.lock, operation.index)
        bit = 1 << self.thread
        free = f"({place} >= 0 && !({place} & {bit}))" if operation.shared else f"({place} == 0)"
        take = f"{place} = {f'{place} | {bit}' if operation.shared else -1 - self.thread};"
        if operation.into is None:
            self.lines.append(take)
            return free
        result = self.value(operation.into)
        self.lines.append(f"if :: {free} -> {take} {result} = 1 :: else -> {result} = 0 fi;")
        return "1"

    def release(self, operation: Release | Wait) -> None:
        """Give a lock back."""
        index = operation.index if isinstance(operation, Release) else None
        place = self.place("lock", operation.lock, index)
        owner, bit = -1 - self.thread, 1 << self.thread
        self.lines.append(f"assert({place} == {owner} || ({place} > 0 && ({place} & {bit})));")
        self.lines.append(f"if :: ({place} < 0) -> {place} = 0 :: else -> {place} = {place} - {bit} fi;")

    def first(self, node: Node, operation: Operation, alternative: int, *, awake: bool) -> str:
        """Write the operation that synchronises; return the guard of the step."""
        match operation:
            case Acquire():
                return self.acquire(operation)
            case Release():
                self.release(operation)
            case Await(condition=condition):
                return self.value(condition)
            case Choose(into=into, options=options):
                self.lines.append(f"{self.value(into)} = {options[alternative]};")
            case Wait(condition=condition, lock=lock):
                sleepers, bit = self.names.of("cv", condition), 1 << self.thread
                if not awake:
                    self.release(operation)
                    self.lines.append(f"{sleepers} = {sleepers} | {bit};")
                    return "1"
                free = self.acquire(Acquire(lock))
                if alternative and node.spurious:
                    self.lines.append(f"{sleepers} = {sleepers} - {bit};")
                    return f"{free} && ({sleepers} & {bit})"
                return f"{free} && !({sleepers} & {bit})"
            case Notify(condition=condition, everyone=everyone):
                return self._notify(self.names.of("cv", condition), alternative, everyone=everyone)
        return "1"

    def _notify(self, sleepers: str, alternative: int, *, everyone: bool) -> str:
        bit = 1 << alternative
        if everyone:
            self.lines.append(f"{sleepers} = 0;")
            return "1"
        self.lines.append(f"{sleepers} = {sleepers} - ({sleepers} & {bit});")
        return f"({sleepers} == 0 || ({sleepers} & 1))" if alternative == 0 else f"({sleepers} & {bit})"


def comment(text: str) -> str:
    """Return text that cannot end a Promela comment."""
    return text.replace("*/", "* /").replace("\n", " ").replace("`", "'")
