"""What an operand is: an expression over places, constants and calls, seen through its temporaries.

A temporary with one definition is replaced by what defines it; so is a variable that is assigned once and never
borrowed mutably. Anything else stays a place, whose value is whatever was last written there.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from scrutineer.model.body import Body, Operand, Operation, Place

DEEPEST = 12

ValueKind = Literal["place", "constant", "binary", "unary", "call", "cast", "borrow", "aggregate", "unknown"]


class Value(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One expression.

    `name` is the operator, the callee (`.len` for a method, `ptr::read` for a path), the literal, the cast's
    type, `mut`, `raw` or `raw mut` of a borrow, or the aggregate's name.
    """

    kind: ValueKind
    name: str = ""
    args: tuple[Value, ...] = ()
    place: Place | None = None

    def places(self) -> list[Place]:
        """Every place that the value reads, left to right."""
        own = [self.place] if self.place is not None else []
        return own + [place for arg in self.args for place in arg.places()]

    def walk(self) -> list[Value]:
        """The value and all parts of it, outermost first."""
        return [self, *(part for arg in self.args for part in arg.walk())]


UNKNOWN = Value("unknown")


def _callee_name(operation: Operation) -> str:
    callee = operation.callee
    if callee is None:
        return ""
    return f".{callee.name}" if callee.form == "method" else callee.name


class Values:
    """Definitions of a body's locals, and values of operands."""

    def __init__(self, body: Body) -> None:
        """Find the locals that have one definition and cannot change behind it."""
        self.body = body
        self._writes: dict[int, int] = {}
        self._whole: dict[int, int] = {}
        self._definition: dict[int, Operation] = {}
        self._pinned: set[int] = set(range(body.parameters + 1))
        self._lent: set[int] = set()  # as a whole, so that another name for it may set it
        for block in body.blocks:
            for operation in block.operations:
                self._note(operation)

    def _note(self, operation: Operation) -> None:
        target = operation.target
        if operation.kind in {"drop", "storage_dead"}:
            return
        if target is not None and target.local >= 0:
            self._writes[target.local] = self._writes.get(target.local, 0) + 1
            if target.steps:
                self._pinned.add(target.local)
            else:
                self._definition[target.local] = operation
                self._whole[target.local] = self._whole.get(target.local, 0) + 1
        lent = operation.kind in {"borrow", "raw_borrow"} and operation.mutable
        for operand in operation.operands:
            if operand.place is not None and (lent or operand.mode == "write"):
                self._pinned.add(operand.place.local)
                if not operand.place.steps:
                    self._lent.add(operand.place.local)

    def definition(self, local: int) -> Operation | None:
        """The only operation that ever sets this local, unless it is written in parts or borrowed mutably."""
        if local in self._pinned or self._writes.get(local) != 1:
            return None
        return self._definition.get(local)

    def only_assignment(self, local: int) -> Operation | None:
        """The only operation that sets the whole local, even if parts of it or what it refers to may be written."""
        if local <= self.body.parameters or self._whole.get(local) != 1:
            return None
        return self._definition.get(local)

    def only_pointer(self, local: int) -> Operation | None:
        """The only operation that sets a pointer, whatever is written behind it: also that of the result."""
        known = self._whole.get(local) == 1 and local not in self._lent
        return self._definition.get(local) if known and not 1 <= local <= self.body.parameters else None

    def of(self, operand: Operand | None, depth: int = DEEPEST) -> Value:
        """Value of an operand."""
        if operand is None or depth == 0:
            return UNKNOWN
        if operand.place is None:
            return Value("constant", operand.constant)
        return self.of_place(operand.place, depth)

    def of_place(self, place: Place, depth: int = DEEPEST) -> Value:
        """Value at a place; the place itself where nothing more is known."""
        definition = self.definition(place.local) if place.local >= 0 else None
        if definition is None:
            return Value("place", place=place)
        value = self.of_operation(definition, depth - 1)
        if not place.steps:
            return value if value.kind != "unknown" else Value("place", place=place)
        return self._step_into(value, place)

    def _step_into(self, value: Value, place: Place) -> Value:
        """What steps from a defined local lead to: through borrows, and through plain copies of a place."""
        steps = place.steps
        if value.kind == "borrow" and value.args and value.args[0].place is not None:
            base = value.args[0].place
            rest = steps[1:] if steps[0] == "*" else steps
            return Value("place", place=Place(base.local, base.steps + rest, base.static))
        if value.kind == "place" and value.place is not None:
            base = value.place
            return Value("place", place=Place(base.local, base.steps + steps, base.static))
        return Value("place", place=place)

    def of_operation(self, operation: Operation, depth: int = DEEPEST) -> Value:
        """Value that an operation computes."""
        if depth <= 0:
            return UNKNOWN
        args = tuple(self.of(operand, depth) for operand in operation.operands)
        match operation.kind:
            case "assign":
                return args[0] if args else UNKNOWN
            case "binary" | "unary":
                return Value(operation.kind, operation.name, args)
            case "cast":
                return Value("cast", str(operation.type) if operation.type else "", args)
            case "borrow" | "raw_borrow":
                word = "raw mut" if operation.mutable else "raw"
                plain = "mut" if operation.mutable else ""
                return Value("borrow", word if operation.kind == "raw_borrow" else plain, args)
            case "call":
                return Value("call", _callee_name(operation), args)
            case "aggregate":
                return Value("aggregate", operation.name, args)
            case _:
                return UNKNOWN
