"""Types of operators, `.await` and format macros."""

from __future__ import annotations

from scrutineer.model.body import Operation
from scrutineer.model.types import UNIT, UNKNOWN, TypeRef
from scrutineer.program.terms import is_known
from scrutineer.program.typing.calls import Calls
from scrutineer.program.typing.values import BOOL, COMPARISONS, OPERATORS, is_number, is_primitive

_FORMATS = {
    "format": TypeRef("path", "alloc::string::String"),
    "format_args": TypeRef("path", "core::fmt::Arguments"),
}


class Operators:
    """Operators of one body."""

    def __init__(self, calls: Calls) -> None:
        self.calls = calls
        self.steps = calls.steps

    def value(self, operation: Operation, operands: list[TypeRef]) -> TypeRef:
        """Type of a unary or binary operation."""
        if operation.kind == "unary":
            return self._unary(operation.name, operands[0])
        return self.binary(operation, operands)

    def _unary(self, operator: str, operand: TypeRef) -> TypeRef:
        bare = _bare(operand)
        if is_primitive(bare) or not is_known(operand):
            return bare
        trait = "core::ops::Neg" if operator == "-" else "core::ops::Not"
        return self.steps.normal(TypeRef("projection", "Output", (operand, TypeRef("path", trait))))

    def binary(self, operation: Operation, operands: list[TypeRef]) -> TypeRef:
        """Type of `a + b` and its relatives."""
        operator = operation.name
        if operator in COMPARISONS or operator in ("&&", "||"):
            return BOOL
        left, right = operands[0], operands[1] if len(operands) > 1 else UNKNOWN
        if is_primitive(_bare(left)) and (is_primitive(_bare(right)) or not is_known(right)):
            shift = operator in ("<<", ">>")
            return _bare(left) if shift or is_known(left) or not is_number(_bare(right)) else _bare(right)
        if operator not in OPERATORS or not is_known(left):
            return UNKNOWN
        trait = TypeRef("path", f"core::ops::{OPERATORS[operator][0]}", (right,) if is_known(right) else ())
        return self.steps.normal(TypeRef("projection", "Output", (left, trait)))

    def awaited(self, operand: TypeRef) -> TypeRef:
        """Type of `future.await`."""
        trait = TypeRef("path", "core::future::Future")
        return self.steps.normal(TypeRef("projection", "Output", (operand, trait)))

    def formatted(self, name: str) -> TypeRef:
        """Type of a format macro's value."""
        return _FORMATS.get(name.rpartition("::")[2].rstrip("!"), UNIT if name else UNKNOWN)


def _bare(type_: TypeRef) -> TypeRef:
    return type_.args[0] if type_.kind == "ref" and type_.args else type_
