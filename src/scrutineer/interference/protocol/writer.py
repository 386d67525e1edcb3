"""Writes the steps of one thread of an extracted model: labels, fresh locals, the place that each step stands for."""

from __future__ import annotations

from scrutineer.explore.expressions import Binary, Expression, Local
from scrutineer.explore.steps import Choose, Contract, If, Jump, Operation, Position, Set, Step


class StepWriter:
    """Appends steps. `at` and `contract` are those of the source operation that is being written."""

    def __init__(self) -> None:
        """No step yet."""
        self.steps: list[Step] = []
        self.at: Position | None = None
        self.contract: Contract | None = None
        self._labels: list[str] = []
        self._counts: dict[str, int] = {}

    def fresh(self, word: str) -> str:
        """A name that nothing else has."""
        count = self._counts[word] = self._counts.get(word, 0) + 1
        return word if count == 1 else f"{word} {count}"

    def local(self, word: str) -> Local:
        """A fresh local."""
        return Local(self.fresh(word))

    def label(self, name: str) -> None:
        """The next step has this label."""
        if self._labels:
            self.step()
        self._labels.append(name)

    def step(self, *operations: Operation, text: str = "") -> None:
        """One step, at the current place."""
        label = self._labels.pop() if self._labels else ""
        self.steps.append(
            Step(
                operations or (Set(Local("idle"), 0),),
                label=label,
                at=self.at,
                text=text,
                contract=self.contract,
            )
        )

    def jump(self, to: str) -> None:
        """Go on elsewhere."""
        self.step(Jump(to))

    def unless(self, condition: Expression, to: str) -> None:
        """Go on at a label where the condition is 0."""
        self.step(If(condition, (), (Jump(to),)))

    def choose(self, targets: list[str]) -> None:
        """Go on at any of several labels."""
        way = Local("way")
        self.step(Choose(way, tuple(range(1, len(targets) + 1))), text="either way")
        for number, target in enumerate(targets[:-1], start=1):
            self.step(If(Binary("==", way, number), (Set(way, 0), Jump(target))))
        self.step(Set(way, 0), Jump(targets[-1]))
