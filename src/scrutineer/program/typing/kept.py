"""Typed bodies of a program, each typed when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrutineer.model.body import Body
from scrutineer.model.items import Bound
from scrutineer.program.scope import Scope
from scrutineer.program.typing.bodies import BodyTyper
from scrutineer.program.typing.deref import Steps
from scrutineer.program.typing.methods import Methods
from scrutineer.program.typing.records import TypedBody
from scrutineer.program.typing.traits import TraitScope

if TYPE_CHECKING:
    from scrutineer.program.program import Program


class Typing:
    """Typed bodies of one program, computed when asked for and kept."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.traits = TraitScope(program)
        self._bodies: dict[int, TypedBody | None] = {}
        self._values: dict[int, TypedBody | None] = {}

    def body_of(self, function: int) -> Body | None:
        """The body of a function, read again where the worker did not lower it or a macro can be expanded."""
        entry = self.program.functions[function]
        return self.program.bodies.of(self.program.files[entry.file], entry.number)

    def type_body(self, function: int) -> TypedBody | None:
        """A function's body with types; nothing where it has none, or its source is not at hand."""
        self.program.bodies.asked += 1
        if function not in self._bodies:
            template = (
                self.program.functions[function].item.definition >= 0
            )  # no function until it is expanded
            body = None if template else self.body_of(function)
            self._bodies[function] = self.typed(function, body) if body is not None else None
        return self._bodies[function]

    def type_value(self, value: int) -> TypedBody | None:
        """The initialiser of a const or static with types, where the worker lowered it."""
        if value not in self._values:
            entry = self.program.values[value]
            bodies = self.program.files[entry.file].bodies
            body = next((body for body in bodies if body.function < 0 and body.value == entry.number), None)
            self._values[value] = None
            if body is not None:
                scope = self.program.resolver.scope_of(entry)
                typer = self._typer(body, scope, ())
                typer.locals[0] = self.program.resolver.resolve(entry.item.type, scope)
                typer.run()
                self._values[value] = typer.finish()
        return self._values[value]

    def typed(self, function: int, body: Body) -> TypedBody:
        """A body that was lowered on demand, with types."""
        resolver = self.program.resolver
        signature = resolver.signature(function)
        typer = self._typer(body, resolver.scope_of(self.program.functions[function]), signature.bounds)
        typer.locals[0] = signature.result
        for number, type_ in enumerate(signature.parameters[: body.parameters], start=1):
            typer.locals[number] = type_
        typer.run()
        return typer.finish()

    def _typer(self, body: Body, scope: Scope, bounds: tuple[Bound, ...]) -> BodyTyper:
        steps = Steps(self.program.impl_index, bounds, scope.module)
        methods = Methods(steps, self.traits, scope.trait, scope.cfg)
        return BodyTyper(self.program, body, scope, bounds, methods)
