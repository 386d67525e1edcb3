"""Where the reader of a thread stands: the functions it is inside, and the steps so far."""

from __future__ import annotations

import ast

from scrutineer.explore.expressions import Local
from scrutineer.explore.language.emitter import Emitter, Label, Unfinished
from scrutineer.explore.language.names import Declared, Scope
from scrutineer.explore.language.values import Values
from scrutineer.explore.steps import Contract, Operation, Position, Release


class Frame:
    """One function being read, and where its `return`, `break` and `continue` lead."""

    def __init__(self, scope: Scope, result: Local | None, contract: Contract | None) -> None:
        self.scope = scope
        self.result = result
        """The local of the caller that a returned value is assigned to."""
        self.contract = contract
        self.end = Label()
        self.loops: list[tuple[Label, Label, int]] = []
        """(next round, end, number of guards outside) of the loops around."""
        self.guards: list[Release] = []
        """What the `with` blocks around release, innermost last."""


class Context:
    """What reading a statement needs."""

    def __init__(self, declared: Declared) -> None:
        self.declared = declared
        self.emitter = Emitter()
        self.frames: list[Frame] = []
        self.temporaries = 0

    @property
    def frame(self) -> Frame:
        """The innermost function being read."""
        return self.frames[-1]

    def values(self) -> Values:
        """Return a reader of expressions for the innermost function."""
        return Values(self.declared, self.frame.scope)

    def at(self, node: ast.AST, *, last: bool = False) -> Position:
        """Return a node's place; with `last`, the place of its last line."""
        return self.frame.scope.source.at(node, last=last)

    def emit(
        self, operations: Unfinished, node: ast.AST, *, atomic: bool = False, last: bool = False
    ) -> None:
        """Begin a step at the node."""
        self.emitter.begin(operations, self.at(node, last=last), self.frame.contract, atomic=atomic)

    def join(self, operation: Operation, node: ast.AST) -> None:
        """Do private work as part of the step before, where there is one."""
        self.emitter.join(operation, self.at(node), self.frame.contract)

    def leave(self, label: Label, guards: int, node: ast.AST) -> None:
        """Jump out of all but so many `with` blocks: their locks are released on the way, innermost first."""
        for release in reversed(self.frame.guards[guards:]):
            self.emit([release], node)
        self.emitter.jump(label, self.at(node), self.frame.contract)

    def temporary(self) -> Local:
        """Return a local that no model can name."""
        self.temporaries += 1
        return Local(f"${self.temporaries}")
