"""Typing of one body: one pass forward over the blocks, one back, a third where something was learned late."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from scrutineer.model.body import Body, Operand, Operation, Place
from scrutineer.model.items import Bound
from scrutineer.model.types import NEVER, UNKNOWN, TypeRef
from scrutineer.program.scope import Scope
from scrutineer.program.terms import is_known, join, reference
from scrutineer.program.typing.calls import Calls
from scrutineer.program.typing.choice import Request
from scrutineer.program.typing.constants import Constants
from scrutineer.program.typing.expected import learn_backwards
from scrutineer.program.typing.methods import Methods
from scrutineer.program.typing.operators import Operators
from scrutineer.program.typing.places import PlaceType, place_type
from scrutineer.program.typing.records import UNKNOWN_CALL, CallTarget, TypedBody
from scrutineer.program.typing.values import defaulted, literal_type, range_type

if TYPE_CHECKING:
    from scrutineer.program.program import Program

_VEC = "alloc::vec::Vec"


class BodyTyper:
    """Types one body; its closures get a typer each when they are first used."""

    def __init__(
        self, program: Program, body: Body, scope: Scope, bounds: tuple[Bound, ...], methods: Methods
    ) -> None:
        self.program = program
        self.body = body
        self.scope = scope
        self.bounds = bounds
        self.methods = methods
        self.steps = methods.steps
        self.calls = Calls(program, methods, scope, self.close)
        self.constants = Constants(self.calls)
        self.operators = Operators(self.calls)
        self.targets: dict[tuple[int, int], CallTarget] = {}
        self._asked: dict[tuple[int, int], Request] = {}
        self.closures: dict[int, BodyTyper] = {}
        self.changed = False
        self.locals = [
            self.calls.resolve(local.type) if local.type is not None else UNKNOWN for local in body.locals
        ]

    def run(self) -> None:
        """Type all locals and calls."""
        for last in (False, True):
            self.changed = False
            for number, block in enumerate(self.body.blocks):
                for position, operation in enumerate(block.operations):
                    self._operation(operation, (number, position))
            if not last:
                learn_backwards(self)
            if not self.changed:
                break

    def finish(self) -> TypedBody:
        """The record of what was found; closures that nothing typed are typed without knowing their parameters."""
        for number in range(len(self.body.closures)):
            self._closure(number)
        return TypedBody(
            self.body,
            self.scope,
            self.bounds,
            tuple(map(defaulted, self.locals)),
            self.targets,
            tuple(self.closures[number].finish() for number in range(len(self.body.closures))),
        )

    def place(self, place: Place) -> PlaceType:
        """Type of a place; of one that begins with a path, the path's type."""
        if not place.steps and place.local >= 0:
            return PlaceType(self.locals[place.local])
        start = self.constants.value(place.static) if place.static else None
        return place_type(self.steps, self.body, self.locals, place, start)

    def operand(self, operand: Operand) -> TypeRef:
        """Type of an operand."""
        if operand.place is not None:
            return self.place(operand.place).type
        return literal_type(operand.constant)

    def _argument(self, operand: Operand) -> TypeRef:
        """Type of what a call takes; lowering writes some arguments as places that are borrowed."""
        type_ = self.operand(operand)
        return (
            reference(type_, mutable=operand.mode == "write") if operand.mode in ("read", "write") else type_
        )

    def _operation(self, operation: Operation, at: tuple[int, int]) -> None:
        target = operation.target
        if operation.kind == "call":
            self._call(operation, at)
        elif target is not None:
            self.learn(target, self._value(operation))
        elif operation.kind == "binary":
            self.operators.binary(operation, [self.operand(each) for each in operation.operands])

    def _call(self, operation: Operation, at: tuple[int, int]) -> None:
        callee = operation.callee
        assert callee is not None
        arguments = tuple([self._argument(each) for each in operation.operands])
        expected = self.place(operation.target).type if operation.target is not None else UNKNOWN
        if self._is_answered(at, arguments, expected):
            target = self.targets[at]
        else:
            request = self._asked[at] = Request(callee, arguments, expected)
            target = self.calls.call(request)
            if target is not UNKNOWN_CALL or at not in self.targets:
                self.targets[at] = target
        if operation.target is not None:
            self.learn(operation.target, target.result)
        self._learn(operation, target, arguments)

    def _is_answered(self, at: tuple[int, int], arguments: tuple[TypeRef, ...], expected: TypeRef) -> bool:
        """Whether the second pass knows nothing more of a call than the first; a closure may say more each time."""
        asked = self._asked.get(at)
        if asked is None or asked.arguments != arguments or any(map(_holds_closure, arguments)):
            return False
        return expected in (asked.expected, self.targets[at].result)

    def _learn(self, operation: Operation, target: CallTarget, arguments: Sequence[TypeRef]) -> None:
        """What a call says of a container whose element type was open: `v.push(1u8)` makes `v` a `Vec<u8>`."""
        if target.signature is None or target.self_type is None or len(arguments) < 2:
            return
        place = operation.operands[0].place
        if operation.operands[0].mode != "receiver" or place is None or place.steps or place.local < 0:
            return
        learned = self.calls.choice.learned(target, arguments)
        if learned is not None:
            self.learn(place, learned)

    def learn(self, place: Place, type_: TypeRef) -> None:
        """Complete a local's type by what else is known of it."""
        if place.steps or place.local < 0:
            return
        known = self.locals[place.local]
        joined = join(known, type_)
        if joined != known:
            self.locals[place.local] = joined
            self.changed = True

    def _value(self, operation: Operation) -> TypeRef:
        operands = operation.operands
        match operation.kind:
            case "assign":
                return self._assigned(operation)
            case "borrow":
                return reference(self.operand(operands[0]), mutable=operation.mutable)
            case "raw_borrow":
                return TypeRef("pointer", args=(self.operand(operands[0]),), mutable=operation.mutable)
            case "binary" | "unary":
                return self.operators.value(operation, [self.operand(each) for each in operands])
            case "cast":
                return self._cast(operation)
            case "aggregate":
                return self._aggregate(operation)
            case "await":
                return self.operators.awaited(self.operand(operands[0]))
            case "format":
                return self.operators.formatted(operation.name)
            case "panic":
                return NEVER
            case _:
                return UNKNOWN

    def _cast(self, operation: Operation) -> TypeRef:
        """Type of `value as type`; `*const _` takes its pointee from the value."""
        type_ = self.calls.resolve(operation.type) if operation.type is not None else UNKNOWN
        if type_.kind == "pointer" and type_.args[0].kind == "infer":
            value = self.operand(operation.operands[0])
            if value.kind in ("ref", "pointer"):
                return TypeRef("pointer", args=value.args, mutable=type_.mutable)
        return type_

    def _assigned(self, operation: Operation) -> TypeRef:
        operand = operation.operands[0]
        if operand.place is None:
            return literal_type(operand.constant)
        found = self.place(operand.place)
        if operation.name == "bind" and found.binding:
            return reference(found.type, mutable=found.binding == "&mut")
        return found.type

    def _aggregate(self, operation: Operation) -> TypeRef:
        name = operation.name
        types = [self.operand(each) for each in operation.operands]
        if name == "()":
            return TypeRef("tuple", args=tuple(types))
        if name in ("[]", "[;]", "vec![]", "vec![;]"):
            return self._elements(operation, types)
        if name in ("..", "..="):
            return range_type(name, operation.fields, types)
        kind, mark, number = name.partition("#")
        if mark and kind in ("closure", "async"):
            if kind == "closure":
                return TypeRef("closure", number)
            output = self._closure(int(number)).locals[0]
            return TypeRef(
                "impl", args=(TypeRef("path", "core::future::Future", bindings=(("Output", output),)),)
            )
        return self.constants.built(
            operation, types, self.place(operation.target) if operation.target else None
        )

    def _elements(self, operation: Operation, types: list[TypeRef]) -> TypeRef:
        repeated = ";" in operation.name
        known = next((each for each in types[: 1 if repeated else None] if is_known(each)), None)
        element = known or (types[0] if types else UNKNOWN)
        if operation.name.startswith("vec"):
            return TypeRef("path", _VEC, (element,))
        length = operation.operands[1].constant if repeated and len(types) > 1 else str(len(types))
        return TypeRef("array", length or "_", (element,))

    def close(self, closure: TypeRef, parameters: Sequence[TypeRef]) -> TypeRef:
        """Type a closure for given parameter types; the type of what it gives."""
        if not closure.name.isdigit() or int(closure.name) >= len(self.body.closures):
            return UNKNOWN  # of another body
        return self._closure(int(closure.name), parameters).locals[0]

    def _closure(self, number: int, parameters: Sequence[TypeRef] = ()) -> BodyTyper:
        typer = self.closures.get(number)
        body = self.body.closures[number]
        if typer is None:
            typer = BodyTyper(self.program, body, self.scope, self.bounds, self.methods)
            self.closures[number] = typer
            fresh = True
        else:
            fresh = False
        before = list(typer.locals)
        for capture in body.captures:
            outer = Place(capture.place.local, (), capture.place.static)
            typer.locals[capture.local] = join(typer.locals[capture.local], self.place(outer).type)
        for at, type_ in enumerate(parameters, start=1):
            if at <= body.parameters:
                typer.locals[at] = join(typer.locals[at], type_)
        if fresh or typer.locals != before:
            typer.run()
        return typer


def _holds_closure(type_: TypeRef) -> bool:
    return type_.kind == "closure" or any(map(_holds_closure, type_.args))
