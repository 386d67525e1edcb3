"""Builds the steps of a thread: where one begins, which private work joins it, where jumps lead."""

from __future__ import annotations

from scrutineer.explore.expressions import Expression
from scrutineer.explore.steps import END, Contract, If, Jump, Operation, Position, Step


class Label:
    """A place that jumps lead to; it becomes the label of the step that begins there."""

    def __init__(self) -> None:
        self.step = END
        self.used = False
        self.forward: Label | None = None

    def resolve(self) -> str:
        """Return the label of the step where jumps arrive."""
        return self.forward.resolve() if self.forward else self.step


class OpenIf:
    """An `If` whose sides still grow."""

    def __init__(self, condition: Expression) -> None:
        self.condition = condition
        self.then: Unfinished = []
        self.otherwise: Unfinished = []


class _OpenStep:
    """A step whose operations still grow."""

    def __init__(
        self, operations: Unfinished, at: Position, contract: Contract | None, *, atomic: bool, text: str
    ) -> None:
        self.operations = operations
        self.at = at
        self.contract = contract
        self.atomic = atomic
        self.text = text


Unfinished = list["Operation | OpenIf | Label"]
"""Operations in the making; a `Label` among them is a jump to it."""


class Emitter:
    """Collects steps. `tails` are the ends of operations from which control arrives at the next step."""

    def __init__(self) -> None:
        self.steps: list[_OpenStep] = []
        self.tails: list[Unfinished] | None = None
        """None: at the very beginning. Empty: nothing leads here."""
        self.pending: list[Label] = []

    @property
    def reachable(self) -> bool:
        """Whether control can arrive here."""
        return self.tails is None or bool(self.tails) or bool(self.pending)

    def begin(
        self,
        operations: Unfinished,
        at: Position,
        contract: Contract | None,
        *,
        atomic: bool = False,
        text: str = "",
    ) -> None:
        """Start a new step."""
        if not self.reachable:
            return
        label = str(len(self.steps))
        self.steps.append(_OpenStep(operations, at, contract, atomic=atomic, text=text))
        for tail in self.tails or ():
            tail.append(Jump(label))
        for waiting in self.pending:
            waiting.step = label
        self.pending = []
        self.tails = [operations]

    def join(self, operation: Operation, at: Position, contract: Contract | None) -> None:
        """Do private work: as part of the step before where there is one, else as a step of its own."""
        if not self.tails or self.pending:
            self.begin([operation], at, contract)
            return
        for tail in self.tails:
            tail.append(operation)

    def mark(self, label: Label) -> None:
        """Let jumps to the label lead here, if there are any so far."""
        if label.used:
            self.pending.append(label)

    def loop(self, label: Label) -> None:
        """Let later jumps to the label lead here."""
        label.used = True
        self.pending.append(label)

    def jump(self, label: Label, at: Position, contract: Contract | None) -> None:
        """Leave for the label; nothing falls through."""
        if self.tails is None or label in self.pending:
            self.begin([], at, contract)
        for waiting in self.pending:
            waiting.forward = label
            label.used = True
        self.pending = []
        for tail in self.tails or ():
            tail.append(label)
            label.used = True
        self.tails = []

    def finish(self) -> tuple[Step, ...]:
        """Return the steps; what is still open leads to the end of the thread."""
        for tail in self.tails or ():
            tail.append(Jump(END))
        return tuple(
            Step(
                operations=_freeze(step.operations),
                label=str(i),
                atomic=step.atomic,
                at=step.at,
                text=step.text,
                contract=step.contract,
            )
            for i, step in enumerate(self.steps)
        )


def _freeze(operations: Unfinished) -> tuple[Operation, ...]:
    done: list[Operation] = []
    for operation in operations:
        match operation:
            case Label():
                done.append(Jump(operation.resolve()))
            case OpenIf():
                done.append(If(operation.condition, _freeze(operation.then), _freeze(operation.otherwise)))
            case _:
                done.append(operation)
        if isinstance(done[-1], Jump):
            break
    return tuple(done)
