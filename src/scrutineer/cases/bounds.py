"""Whether an index stays below, or at, the length of a slice, array or vector: from lengths, checks and loops."""

from __future__ import annotations

from typing import Literal

from scrutineer.cases.same import plain, same
from scrutineer.flow.checks import Check
from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.flow.values import Value
from scrutineer.model.body import Operand, Operation, Place
from scrutineer.model.types import TypeRef

Bound = Literal["below", "at most"]
_DEEPEST = 6
_ADAPTERS = frozenset({"rev", "step_by", "take", "skip", "into_iter", "by_ref"})
_OF_ELEMENTS = frozenset({"iter", "iter_mut", "drain", "into_iter"})


class Bounds:
    """Bounds of values at one point of a body, against the length of one place."""

    def __init__(self, flow: FunctionFlow, point: Point, whole: Place) -> None:
        """`whole` is the slice, array or vector."""
        self.flow = flow
        self.whole = whole
        self.size = _size(flow.type_of(whole))
        self.checks: list[Check] = [each for each in flow.checks.at(point) if not each.stale]

    def of(self, operand: Operand | None) -> Bound | None:
        """How an index relates to the length; None where nothing tells."""
        return self._of(self.flow.values.of(operand), _DEEPEST) if operand is not None else None

    def _of(self, value: Value, depth: int) -> Bound | None:
        if depth == 0 or value.kind == "unknown":
            return None
        found = self._itself(value, depth) or self._looped(value, depth)
        if found == "below":
            return found
        return self._checked(value, depth) or found

    def _itself(self, value: Value, depth: int) -> Bound | None:
        """What the expression says of itself."""
        match value.kind, value.name:
            case "constant", name:
                return _of_numbers(name, self.size)
            case "place", _ if value.place is not None and value.place.static:
                named = value.place.static.rpartition("::")[2] == self.size.rpartition("::")[2]
                return "at most" if named and not value.place.steps else None
            case "call", ".len":
                return "at most" if value.args and self._is_whole(value.args[0]) else None
            case "call", ".min" | "min" | "cmp::min" | "std::cmp::min" | "core::cmp::min":
                known = [self._of(arg, depth - 1) for arg in value.args]
                return "below" if "below" in known else "at most" if "at most" in known else None
            case "binary", "%":
                return "below" if self._of(value.args[1], depth - 1) else None
            case "binary", "/" | ">>":
                return self._of(value.args[0], depth - 1)
            case "binary", "&":
                known = [self._of(arg, depth - 1) for arg in value.args]
                return "below" if "below" in known else "at most" if "at most" in known else None
            case "binary", "-":
                return self._difference(value, depth)
            case _:
                return None

    def _difference(self, value: Value, depth: int) -> Bound | None:
        """`a - b` where a check says that `b` is not more than `a`: it cannot wrap."""
        whole, less = value.args
        bound = self._of(whole, depth - 1)
        for check in self.checks if bound else ():
            fact = check.fact
            if fact.right is None or fact.relation not in {"<", "<="}:
                continue
            if same(fact.right, whole) and (
                same(fact.left, less) or (_is_one(less) and fact.relation == "<")
            ):
                return "below" if _is_one(less) else bound
        return None

    def _checked(self, value: Value, depth: int) -> Bound | None:
        """What a branch that dominates the point says."""
        for check in self.checks:
            fact = check.fact
            if fact.right is None or not same(fact.left, value) or fact.relation not in {"<", "<=", "=="}:
                continue
            above = self._of(fact.right, depth - 1)
            if above is not None:
                return "below" if fact.relation == "<" else above
        return None

    def _looped(self, value: Value, depth: int) -> Bound | None:
        """The variable of a `for` over a range, or the position that `enumerate` gives."""
        place = value.place
        if (
            value.kind != "place"
            or place is None
            or place.steps[:2] not in {("@Some", ".0"), ("@Option::Some", ".0")}
        ):
            return None
        step = self.flow.values.only_assignment(place.local)
        if (
            step is None
            or step.callee is None
            or step.callee.name.rpartition("::")[2] not in {"next", ".next"}
        ):
            return None
        source = self._source(step, counted=place.steps[2:] == (".0",))
        if source is None or (place.steps[2:] and source.kind == "aggregate"):
            return None
        if source.kind == "aggregate" and source.name in {"..", "..="} and len(source.operands) == 2:
            above = self._of(self.flow.values.of(source.operands[1]), depth - 1)
            return "below" if above and source.name == ".." else above
        elements = (
            source.kind == "call"
            and source.operands
            and self._is_whole(self.flow.values.of(source.operands[0]))
        )
        return "below" if elements and place.steps[2:] == (".0",) else None

    def _source(self, step: Operation, *, counted: bool) -> Operation | None:
        """The range, or the call that gives the elements, that a loop's iterator was made of."""
        for _ in range(_DEEPEST):
            place = step.operands[0].place if step.operands else None
            found = (
                self.flow.values.only_assignment(place.local)
                if place is not None and not place.steps
                else None
            )
            if found is None or found.kind == "aggregate":
                return found
            name = found.callee.name.rpartition("::")[2] if found.callee is not None else ""
            if counted and name == "enumerate":
                counted = False
                inner = found.operands[0].place if found.operands else None
                source = self.flow.values.only_assignment(inner.local) if inner is not None else None
                named = source.callee.name if source is not None and source.callee is not None else ""
                return source if named in _OF_ELEMENTS else None
            if found.kind != "assign" and name not in _ADAPTERS:
                return None
            step = found
        return None

    def _is_whole(self, value: Value) -> bool:
        seen = plain(value).place
        return seen is not None and seen == plain(Value("place", place=self.whole)).place


def is_steady(flow: FunctionFlow, point: Point, whole: Place) -> bool:
    """Whether the length of a place cannot have changed in this body: an array, or a slice that is not assigned.

    A vector must not be touched by anything that could change it.
    """
    type_ = flow.type_of(whole)
    inner = type_.args[0] if type_.kind == "ref" and type_.args else type_
    if inner.kind == "array":
        return True
    if inner.kind == "slice" or inner.name == "str":
        setters = flow.sources.setters(whole.local)
        return not any(
            each.target is not None and each.target.is_prefix_of(whole) for each in setters[1:]
        ) and (whole.local > flow.body.parameters or not setters)
    return inner.name == "alloc::vec::Vec" and not flow.writes.written_between(Point(0, 0), point, [whole])


def _size(type_: TypeRef) -> str:
    inner = type_.args[0] if type_.kind == "ref" and type_.args else type_
    return inner.name if inner.kind == "array" else ""


def _of_numbers(index: str, size: str) -> Bound | None:
    """How a number relates to the size of an array; 0 is at most every length."""
    small, large = _number(index), _number(size)
    if small is not None and large is not None:
        return "below" if small < large else "at most" if small == large else None
    if small == 0 or (index and index == size):
        return "at most"
    return None


def _number(text: str) -> int | None:
    bare = text.replace("_", "").removesuffix("usize")
    return int(bare) if bare.isdigit() else None


def _is_one(value: Value) -> bool:
    return value.kind == "constant" and _number(value.name) == 1
