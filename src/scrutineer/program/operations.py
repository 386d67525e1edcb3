"""Which operations of a body are unsafe: calls, dereferences, union fields, statics, assembly."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from scrutineer.model.body import Operation, Place
from scrutineer.model.items import Candidate
from scrutineer.model.site import SiteKind
from scrutineer.model.span import Span
from scrutineer.model.types import TypeRef
from scrutineer.program.project import normalise
from scrutineer.program.scope import Scope
from scrutineer.program.typing.deref import Steps
from scrutineer.program.typing.places import place_type
from scrutineer.program.typing.records import CallTarget, Truth, TypedBody

if TYPE_CHECKING:
    from scrutineer.program.program import Program


class Decision(msgspec.Struct, frozen=True):
    """Whether an operation is unsafe, and which operation of the body it is, where one was lowered for it."""

    unsafe: Truth
    callee: str = ""
    closure: tuple[int, ...] = ()
    block: int = -1
    operation: int = -1


UNDECIDED = Decision("unknown")


class Located(msgspec.Struct, frozen=True):
    """An operation with its position in a (closure's) typed body."""

    typed: TypedBody
    closure: tuple[int, ...]
    block: int
    position: int
    operation: Operation

    @property
    def target(self) -> CallTarget | None:
        """Who it calls."""
        return self.typed.calls.get((self.block, self.position))

    def decision(self, unsafe: Truth, callee: str = "") -> Decision:
        """A decision about this operation."""
        return Decision(unsafe, callee, self.closure, self.block, self.position)


def located(typed: TypedBody, closure: tuple[int, ...] = ()) -> Iterator[Located]:
    """All operations of a body and its closures."""
    for number, block in enumerate(typed.body.blocks):
        for position, operation in enumerate(block.operations):
            yield Located(typed, closure, number, position, operation)
    for number, inner in enumerate(typed.closures):
        yield from located(inner, (*closure, number))


class BodyOperations:
    """Operations of one function that may be unsafe, looked up by the spans of candidates."""

    def __init__(self, program: Program, scope: Scope, operations: list[Located]) -> None:
        self.program = program
        self.scope = scope
        self.operations = operations
        self._calls: dict[tuple[int, int], Located] = {}
        for each in operations:
            if each.operation.kind == "call":
                span = each.operation.span
                self._calls.setdefault((span.start, span.end), each)

    @classmethod
    def of_function(cls, program: Program, function: int) -> BodyOperations:
        """Of a whole function."""
        typed = program.typing.type_body(function)
        scope = program.resolver.scope_of(program.functions[function])
        return cls(program, scope, list(located(typed)) if typed is not None else [])

    @classmethod
    def of_block(cls, program: Program, file: int, position: int, function: int) -> BodyOperations:
        """Of one unsafe block; outside functions nothing was lowered."""
        if function < 0:
            return cls(program, Scope(program.tree.scopes[file][""]), [])
        whole = _cached_operations(program, function)
        inside = [each for each in whole.operations if each.operation.unsafe_block == position]
        return cls(program, whole.scope, inside)

    @property
    def has_blocks(self) -> bool:
        """Whether some operation stands in an unsafe block."""
        return any(each.operation.unsafe_block >= 0 for each in self.operations)

    def decide(self, candidate: Candidate) -> tuple[SiteKind, Decision]:
        """Whether a candidate is unsafe, and as what."""
        match candidate.kind:
            case "call" | "method":
                return self._decide_call(candidate)
            case "deref":
                return "deref", self._decide_places(candidate, "pointer", "")
            case "field":
                return "union", self._decide_union(candidate)
            case "static":
                return "static", self._decide_static(candidate.text)
            case "asm":
                return "asm", Decision("yes")
            case _:
                return "call", self._decide_macro(candidate)

    def _decide_call(self, candidate: Candidate) -> tuple[SiteKind, Decision]:
        found = self._calls.get((candidate.span.start, candidate.span.end))
        if found is None or found.target is None:
            return self._by_path(candidate)
        target = found.target
        kind: SiteKind = "foreign" if target.kind == "foreign" else "call"
        unsafe: Truth = "no" if target.kind == "constructor" else target.unsafe
        return kind, found.decision(unsafe, target.path or candidate.text)

    def _by_path(self, candidate: Candidate) -> tuple[SiteKind, Decision]:
        """A call that was not lowered: its path alone may tell."""
        if candidate.kind == "method":
            return "call", Decision("unknown", candidate.text)
        definition = self.program.resolve(candidate.text.partition("::<")[0], self.scope, "values")
        if definition.kind == "function" and definition.crate != "std":
            owner = self.program.crate_of(definition.path)
            if owner is not None:
                item = owner.functions[definition.index].item
                unsafe = item.unsafe or (item.foreign and not item.safe)
                return "foreign" if item.foreign else "call", Decision(
                    "yes" if unsafe else "no", definition.path
                )
        if definition.kind == "function":
            signature = self.program.standard.function(definition.path)
            if signature is not None:
                return "call", Decision("yes" if signature.unsafe else "no", definition.path)
        if definition.kind in ("variant", "type") and not definition.rest:
            return "call", Decision("no", definition.path)
        return "call", Decision("unknown", candidate.text)

    def _decide_places(self, candidate: Candidate, kind: str, field: str) -> Decision:
        """Whether some place used at the candidate goes through a raw pointer."""
        answer: Decision = UNDECIDED
        known = False
        for each in self._covering(candidate.span):
            for place in places_of(each.operation):
                through = through_of(self.program, each.typed, place)
                if through is None:
                    continue
                if any(type_.kind == kind for type_ in through):
                    return each.decision("yes", field)
                known = known or "*" in place.steps
        return Decision("no") if known else answer

    def _covering(self, span: Span) -> list[Located]:
        """Operations whose source contains, or is contained in, a span; the nearest first."""
        near = [
            each
            for each in self.operations
            if each.operation.span.start <= span.end and span.start <= each.operation.span.end
        ]
        return sorted(near, key=lambda each: each.operation.span.end - each.operation.span.start)

    def _decide_union(self, candidate: Candidate) -> Decision:
        if candidate.text not in union_fields(self.program):
            return Decision("no")
        for each in self._covering(candidate.span):
            for place in places_of(each.operation):
                if f".{candidate.text}" in place.steps:
                    before = Place(
                        place.local, place.steps[: place.steps.index(f".{candidate.text}")], place.static
                    )
                    type_ = place_of(self.program, each.typed, before)
                    if type_ is not None and type_.kind == "path":
                        found = self.program.type_entry(type_.name)
                        if found is not None:
                            is_union = found[1].item.form == "union"
                            return each.decision("yes" if is_union else "no", candidate.text)
        return Decision("unknown", candidate.text)

    def _decide_static(self, path: str) -> Decision:
        definition = self.program.resolve(path, self.scope, "values")
        if definition.kind == "external" and "::" in definition.path:
            return Decision("unknown", definition.path)
        if definition.kind != "value" or definition.crate == "std":
            return Decision("no")
        owner = self.program.crate_of(definition.path)
        if owner is None:
            return Decision("unknown", definition.path)
        item = owner.values[definition.index].item
        unsafe = item.form == "static" and (item.mutable or (item.foreign and not item.safe))
        return Decision("yes" if unsafe else "no", definition.path)

    def _decide_macro(self, candidate: Candidate) -> Decision:
        definition = self.program.names.resolve(candidate.text.rstrip("!"), self.scope.module, "macros")
        if definition.kind == "macro" and definition.crate == "std":
            return Decision("no")
        return Decision("unknown", candidate.text)


@lru_cache(maxsize=64)
def _cached_operations(program: Program, function: int) -> BodyOperations:
    return BodyOperations.of_function(program, function)


@lru_cache(maxsize=64)
def union_fields(program: Program) -> frozenset[str]:
    """Names of all fields of unions that were read."""
    found = {
        field.name for entry in program.types if entry.item.form == "union" for field in entry.item.fields
    }
    for dependency in program.dependencies.values():
        found |= union_fields(dependency)
    return frozenset(found)


def places_of(operation: Operation) -> Iterator[Place]:
    """Places that an operation touches."""
    if operation.target is not None:
        yield operation.target
    for operand in operation.operands:
        if operand.place is not None:
            yield operand.place


def _typed_place(program: Program, typed: TypedBody, place: Place) -> tuple[TypeRef, tuple[TypeRef, ...]]:
    steps = Steps(program.impl_index, typed.bounds, typed.scope.module)
    found = place_type(steps, typed.body, typed.locals, place)
    return normalise(program.impl_index, found.type, typed.bounds), found.through


def through_of(program: Program, typed: TypedBody, place: Place) -> tuple[TypeRef, ...] | None:
    """Types dereferenced on the way to a place; nothing where its local is unknown."""
    if place.local < 0:
        return ()
    type_, through = _typed_place(program, typed, place)
    return through or (None if type_.kind == "unknown" else ())


def place_of(program: Program, typed: TypedBody, place: Place) -> TypeRef | None:
    """Type of a place."""
    return _typed_place(program, typed, place)[0] if place.local >= 0 else None
