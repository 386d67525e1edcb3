"""One handle that a foreign function gave: the locals that hold it, and what each operation does with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.model.body import Operand, Operation, Place
from scrutineer.program.typing.records import CallTarget
from scrutineer.rules.foreign.owners import Owners, Release

_SAME = ("core::ptr::NonNull::", "pointer::", "core::option::Option::", "core::result::Result::")
_CHANGES = frozenset(
    {"map", "and_then", "map_or", "map_or_else", "read", "write", "as_ref", "as_mut", "insert"}
)
_RELEASING = (
    "free",
    "close",
    "destroy",
    "release",
    "unref",
    "delete",
    "dispose",
    "finalize",
    "cleanup",
    "put",
)
_FAILS_IF = {"==": True, "<": True, "<=": True, "!=": False, ">": False, ">=": False}

Fate = Literal["none", "lent", "wrapped", "released", "named", "gone"]


class Deed(msgspec.Struct, frozen=True):
    """What an operation does with the handle; `named`: released, as only the callee's name says."""

    fate: Fate
    release: Release | None = None


NOTHING, GONE = Deed("none"), Deed("gone")


class Handle:
    """A handle by the local that first holds it, and the point of the foreign call that gave it."""

    def __init__(self, flow: FunctionFlow, owners: Owners, acquire: Point, local: int) -> None:
        self.flow = flow
        self.owners = owners
        self.acquire = acquire
        self.locals = self._aliases(local)

    def _aliases(self, local: int) -> frozenset[int]:
        found = {local}
        while True:
            more = {
                operation.target.local
                for point, operation in self.flow.graph.points()
                if operation.target is not None and self._passes_on(point, operation, found)
            }
            if more <= found:
                return frozenset(found)
            found |= more

    def _passes_on(self, point: Point, operation: Operation, held: set[int] | frozenset[int]) -> bool:
        """Whether the target holds the same handle: a copy, a cast, an `Option` or `Result` of it."""
        target = operation.target
        if target is None or target.steps or target.local <= 0 or not _holding(operation, held):
            return False
        if operation.kind in {"assign", "cast"}:
            return True
        called = self.flow.target(point)
        if called.kind == "std":
            return called.path.startswith(_SAME) and called.name not in _CHANGES and called.name != "is_null"
        return called.kind == "resolved" and _returns_argument(called)

    def deed(self, point: Point) -> Deed:
        """What the operation at a point does with the handle."""
        operation = self.flow.operation(point)
        positions = _holding(operation, self.locals)
        if not positions or point == self.acquire or self._passes_on(point, operation, self.locals):
            return NOTHING
        if operation.kind in {"binary", "unary", "match", "format", "drop", "storage_dead"}:
            return NOTHING
        target = self.flow.target(point)
        if target.kind == "std" and target.name == "is_null":
            return NOTHING
        if target.kind == "foreign":
            return self._foreign(operation, target, positions)
        found = (self.owners.wrapping(self.flow, operation, target, at) for at in positions)
        release = next((each for each in found if each is not None), None)
        return Deed("wrapped", release) if release is not None else GONE

    def _foreign(self, operation: Operation, target: CallTarget, positions: list[int]) -> Deed:
        if target.path in self.owners.functions:
            known = next(each for each in self.owners.releases if each.function == target.path)
            return Deed("released", known)
        if any(word in target.name.lower() for word in _RELEASING):
            return Deed("named")
        plain = all(operation.operands[at].mode == "use" for at in positions)
        return Deed("lent") if plain else GONE

    def tested(self, block: int) -> bool:
        """Whether the block ends with a test of whether the handle is a good one."""
        return len(set(self.follows(block))) < len(set(self.flow.graph.successors[block]))

    def follows(self, block: int) -> Iterator[int]:
        """Successors of a block where the handle is a good one: a test that it failed is not followed."""
        terminator = self.flow.body.blocks[block].terminator
        condition, targets = terminator.condition, self.flow.graph.successors[block]
        if condition is None or len(targets) != len(terminator.targets):
            yield from targets
        elif terminator.kind == "branch":
            failed = self._failed(condition, depth=4)
            yield from targets if failed is None else targets[int(failed) : int(failed) + 1]
        elif condition.place is None or condition.place.local not in self.locals:
            yield from targets
        elif terminator.kind == "try":
            yield targets[0]
        else:
            good = [i for i, label in enumerate(terminator.labels) if label in {"Some", "Ok"}]
            yield from (targets[i] for i in good or [len(targets) - 1])

    def _failed(self, condition: Operand, depth: int) -> bool | None:
        """Whether the branch is taken where the handle is no good; None if it does not test the handle."""
        place = condition.place
        made = self.flow.values.definition(place.local) if place is not None and place.local >= 0 else None
        if made is None or depth == 0:
            return None
        if made.kind in {"unary", "assign"} and made.operands:
            inner = self._failed(made.operands[0], depth - 1)
            return inner if inner is None or made.kind == "assign" else not inner
        if not _holding(made, self.locals):
            return None
        if made.kind == "call" and made.callee is not None:
            return made.callee.name in {"is_null", "is_none", "is_err"}
        return _FAILS_IF.get(made.name)


def _returns_argument(target: CallTarget) -> bool:
    """A check of the crate that gives back what it was given: `fn check<T>(raw: *mut T) -> Result<*mut T, Error>`."""
    signature = target.signature
    if signature is None or len(signature.parameters) != 1 or not signature.result.args:
        return False
    return (
        signature.result.last in {"Result", "Option"} and signature.result.args[0] == signature.parameters[0]
    )


def _holding(operation: Operation, held: set[int] | frozenset[int]) -> list[int]:
    """Positions of the operands that are the handle, not what lies behind it."""
    return [
        at
        for at, operand in enumerate(operation.operands)
        if operand.place is not None and operand.place.local in held and "*" not in operand.place.steps
    ]


def acquired(flow: FunctionFlow, owners: Owners) -> Iterator[Handle]:
    """Each local that a foreign call sets: by its result, or through a pointer to the local."""
    for point, operation in flow.graph.points():
        if operation.kind != "call" or flow.target(point).kind != "foreign":
            continue
        if operation.target is not None and not operation.target.steps and operation.target.local > 0:
            yield Handle(flow, owners, point, operation.target.local)
        for operand in operation.operands:
            place = _lent_out(flow, operand)
            if place is not None and not place.steps and place.local > flow.body.parameters:
                yield Handle(flow, owners, point, place.local)


def is_certain(handle: Handle) -> bool:
    """Whether the handle is the acquiring call's result, and the only thing that tells whether it failed."""
    made = handle.flow.operation(handle.acquire)
    is_result = made.target is not None and made.target.local in handle.locals
    return is_result and not any(_lent_out(handle.flow, operand) for operand in made.operands)


def _lent_out(flow: FunctionFlow, operand: Operand) -> Place | None:
    value = flow.values.of(operand)
    while value.kind == "cast" and value.args:
        value = value.args[0]
    if value.kind != "borrow" or value.name not in {"mut", "raw mut"} or not value.args:
        return None
    return value.args[0].place
