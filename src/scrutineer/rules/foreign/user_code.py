"""Whether a function runs code of its user that may unwind: not merely generic code over the crate's own types."""

from __future__ import annotations

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.flow.unwinding import Unwind
from scrutineer.program.typing.records import CallTarget
from scrutineer.rules.panic.walk import guarded
from scrutineer.rules.unit import Unit

_DEEPEST = 4
_PANICS = frozenset({"panic", "todo", "unimplemented"})


class Escape(msgspec.Struct, frozen=True):
    """An operation through which a function may unwind, and why."""

    point: Point
    reason: str


class UserCode:
    """Answers for one crate. `open_` says that whoever made the outermost function generic chose its types."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self._kept: dict[int, bool] = {}

    def escape(self, flow: FunctionFlow) -> Escape | None:
        """The first operation that may unwind out of a function through code of its user, unguarded."""
        return self._first(flow, is_open(flow), _DEEPEST)

    def _first(self, flow: FunctionFlow, open_: bool, depth: int) -> Escape | None:
        for point, operation in flow.graph.points():
            if operation.kind not in {"call", "binary", "unary", "format"}:
                continue
            found = flow.unwinds(point)
            users = found.whose == "user" and self._is_users(flow, point, found, open_, depth)
            if users and not guarded(flow, point, frozenset()):
                return Escape(point, found.reason)
        return None

    def _is_users(self, flow: FunctionFlow, point: Point, found: Unwind, open_: bool, depth: int) -> bool:
        target = flow.target(point)
        match target.kind:
            case "callback":
                by_parameter = target.self_type is None or target.self_type.kind in {"param", "impl"}
                return open_ or not by_parameter
            case "dyn":
                return self._is_open_trait(target)
            case "closure":
                return self._closure(flow, int(target.path), open_, depth)
            case "resolved":
                return depth > 0 and self._callee(flow, point, target, open_, depth - 1)
            case _ if "destructor" in found.reason:
                return False
            case _:
                return open_ or any(
                    self._closure(flow, each, open_, depth) for each in self._closures(flow, point)
                )

    def _is_open_trait(self, target: CallTarget) -> bool:
        """Whether another crate can implement the trait of a trait object."""
        program = self.unit.program
        root, _, rest = target.trait.partition("::")
        if root != program.root:
            return bool(rest)
        name = rest.rpartition("::")[2]
        return any(
            program.visibility.is_reachable(entry) for entry in program.traits if entry.item.name == name
        )

    def _callee(self, flow: FunctionFlow, point: Point, target: CallTarget, open_: bool, depth: int) -> bool:
        """A function of the crate: if it is generic, what it is given says whose code it runs."""
        callee = self.unit.flows.of(target.function) if target.crate == self.unit.program.root else None
        if callee is None:
            return False
        if target.function not in self._kept:
            self._kept[target.function] = False  # a cycle adds nothing
            self._kept[target.function] = self._first(callee, is_open(callee), depth) is not None
        if not self._kept[target.function] or not is_open(callee):
            return self._kept[target.function]
        closures = self._closures(flow, point)
        return any(self._closure(flow, each, open_, depth) for each in closures) if closures else open_

    def _closures(self, flow: FunctionFlow, point: Point) -> list[int]:
        places = [operand.place for operand in flow.operation(point).operands if operand.place is not None]
        types = [type_ for type_ in map(flow.type_of, places) if type_.kind == "closure"]
        return [int(type_.name) for type_ in types if type_.name.isdigit()]

    def _closure(self, flow: FunctionFlow, number: int, open_: bool, depth: int) -> bool:
        inner = flow.closures[number] if number < len(flow.closures) else None
        return inner is not None and self._first(inner, open_, depth) is not None


def is_open(flow: FunctionFlow) -> bool:
    """Whether a function is generic over types: its own, its impl's, or an `impl Trait` argument's."""
    return bool(flow.typed.scope.types) or any(
        parameter.type.kind == "impl" for parameter in flow.entry.item.parameters
    )


def written_panic(flow: FunctionFlow) -> Escape | None:
    """A panic that the function writes down itself, where nothing guards it."""
    for point, operation in flow.graph.points():
        name = operation.name.rpartition("::")[2].rstrip("!")
        if operation.kind == "panic" and name in _PANICS and not guarded(flow, point, frozenset()):
            return Escape(point, f"`{name}!`")
    return None
