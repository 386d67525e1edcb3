"""Python text for one step: expressions, writes, checks; names of the model never enter that text."""

from __future__ import annotations

from scrutineer.explore.expressions import Binary, Expression, Local, Not, Shared
from scrutineer.explore.layout import Layout, Slot, element_name
from scrutineer.explore.program import ATOMIC, FIRST_FAILURE, WRITE, Broken, Failure
from scrutineer.explore.steps import Check, Cut, If, Jump, Operation, Set

_TRUTHS = frozenset({"==", "!=", "<", "<=", ">", ">=", "and", "or"})


class Writer:
    """Writes the body of one function, line by line; a new one for each function.

    `recording` functions also append (entry, flags) of each access to `a`.
    """

    def __init__(
        self, layout: Layout, thread: int, *, recording: bool, atomic: frozenset[str], failures: list[Failure]
    ) -> None:
        self.layout = layout
        self.locals = layout.locals[thread] if thread >= 0 else {}
        self.recording = recording
        self.atomic = atomic
        self.failures = failures
        self.lines: list[str] = []
        self.indent = " "
        self.fresh = 0

    def line(self, text: str) -> None:
        """Add a line at the current indentation."""
        self.lines.append(self.indent + text)

    def fail(self, condition: str, failure: Failure) -> None:
        """Leave the function with this failure where the condition holds."""
        if failure not in self.failures:
            self.failures.append(failure)
        self.line(f"if {condition}: return {FIRST_FAILURE - self.failures.index(failure)}")

    def record(self, entry: str, flags: int) -> None:
        """Note an access, in a recording function."""
        if self.recording:
            self.line(f"a.append(({entry}, {flags}))")

    def variable(self, value: str) -> str:
        """Keep a value in a new Python variable and return its name."""
        self.fresh += 1
        self.line(f"v{self.fresh} = {value}")
        return f"v{self.fresh}"

    def entry(self, slot: Slot, index: Expression | None, name: str) -> str:
        """Return the state entry of a place, after a check of its index."""
        if index is None or not slot.size:
            return str(slot.start)
        if isinstance(index, int) and 1 <= index <= slot.size:
            return str(slot.at(index))
        position = self.variable(self.value(index))
        self.fail(f"{position} == 0", Failure(Broken.NULL, element_name(name, "?").replace("?", "0")))
        self.fail(f"not 0 < {position} <= {slot.size}", Failure(Broken.RANGE, name))
        return f"{slot.start - 1}+{position}"

    def value(self, expression: Expression) -> str:
        """Return Python text for the expression, after lines that note its accesses."""
        match expression:
            case int():
                return f"({expression})"
            case Local(name=name):
                return f"s[{self.locals[name]}]"
            case Shared(cell=cell, index=index):
                entry = self.entry(self.layout.cells[cell], index, cell)
                self.record(entry, ATOMIC if cell in self.atomic else 0)
                return f"s[{entry}]"
            case Not(value=value):
                return f"(not {self.value(value)})"
            case Binary(operator="and" | "or" as operator, left=left, right=right):
                return self._short_circuit(operator, left, right)
            case Binary(operator=operator, left=left, right=right):
                first, second = self.value(left), self.value(right)
                if operator in {"//", "%"}:
                    self.fail(f"not {second}", Failure(Broken.DIVISION, operator))
                return f"({first} {operator} {second})"

    def _short_circuit(self, operator: str, left: Expression, right: Expression) -> str:
        result = self.variable(f"1 if {self.value(left)} else 0")
        self.line(f"if {'' if operator == 'and' else 'not '}{result}:")
        self.indent += " "
        self.line(f"{result} = 1 if {self.value(right)} else 0")
        self.indent = self.indent[1:]
        return result

    def number(self, expression: Expression) -> str:
        """Return Python text that gives an integer, also for comparisons and logic."""
        text = self.value(expression)
        truth = isinstance(expression, Not) or (
            isinstance(expression, Binary) and expression.operator in _TRUTHS
        )
        return f"1 if {text} else 0" if truth else text

    def operations(self, operations: tuple[Operation, ...], labels: dict[str, int]) -> bool:
        """Write operations; return whether control may run past them."""
        for operation in operations:
            match operation:
                case Set(target=target, value=value):
                    self._set(target, value)
                case Jump(to=to):
                    self.line(f"return {labels[to]}")
                    return False
                case If():
                    if not self._branch(operation, labels):
                        return False
                case Check(condition=condition, contract=contract):
                    failure = Failure(Broken.CHECK, contract.sentence, contract)
                    self.fail(f"not {self.value(condition)}", failure)
                case Cut(bound=bound):
                    self.fail("True", Failure(Broken.CUT, bound))
                    return False
        return True

    def _set(self, target: Local | Shared, value: Expression) -> None:
        if isinstance(target, Local):
            self.line(f"s[{self.locals[target.name]}] = {self.number(value)}")
            return
        text = self.number(value)
        entry = self.entry(self.layout.cells[target.cell], target.index, target.cell)
        self.line(f"s[{entry}] = {text}")
        self.record(entry, WRITE | (ATOMIC if target.cell in self.atomic else 0))

    def _branch(self, operation: If, labels: dict[str, int]) -> bool:
        self.line(f"if {self.value(operation.condition)}:")
        self.indent += " "
        passes = self.operations(operation.then, labels)
        self.line("pass")
        self.indent = self.indent[1:]
        if not operation.otherwise:
            return True
        self.line("else:")
        self.indent += " "
        passes = self.operations(operation.otherwise, labels) or passes
        self.indent = self.indent[1:]
        return passes
