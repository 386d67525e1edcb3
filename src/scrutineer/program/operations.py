"""Which operations of a body are unsafe: calls, dereferences, union fields, statics, assembly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from scrutineer.model.items import Candidate
from scrutineer.model.site import SiteKind
from scrutineer.model.span import Span
from scrutineer.program.memo import kept
from scrutineer.program.scope import Scope
from scrutineer.program.typing.located import (
    Located,
    located,
    owner_of_field,
    places_of,
    through_of,
    uses_variable,
    within_macro,
)
from scrutineer.program.typing.records import Truth
from scrutineer.program.typing.targets import external_target
from scrutineer.program.unsafe_names import is_safe_everywhere, union_fields

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


def decision(each: Located, unsafe: Truth, callee: str = "") -> Decision:
    """A decision about a located operation."""
    return Decision(unsafe, callee, each.closure, each.block, each.position)


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
        """Of one unsafe block, in a function or in the initialiser of a const or static."""
        if function < 0:
            return cls._of_value(program, file, position)
        whole = _cached_operations(program, function)
        inside = [each for each in whole.operations if each.operation.unsafe_block == position]
        return cls(program, whole.scope, inside)

    @classmethod
    def _of_value(cls, program: Program, file: int, position: int) -> BodyOperations:
        facts = program.files[file]
        start = program.start(file, "values")
        for number, value in enumerate(facts.values):
            if value.span.covers(facts.unsafe_blocks[position].span):
                typed = program.typing.type_value(start + number)
                if typed is not None:
                    inside = [each for each in located(typed) if each.operation.unsafe_block == position]
                    return cls(program, typed.scope, inside)
        return cls(program, Scope(program.tree.scopes[file][""]), [])

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
                return "deref", self._decide_deref(candidate)
            case "field":
                return "union", self._decide_union(candidate)
            case "static":
                return "static", self._decide_static(candidate.text)
            case "asm":
                return "asm", Decision("yes")
            case _:
                return self._decide_macro(candidate)

    def _decide_call(self, candidate: Candidate) -> tuple[SiteKind, Decision]:
        found = self._calls.get((candidate.span.start, candidate.span.end))
        if found is None or found.target is None:
            return self._by_path(candidate)
        target = found.target
        kind: SiteKind = "foreign" if target.kind == "foreign" else "call"
        unsafe: Truth = "no" if target.kind == "constructor" else target.unsafe
        if (
            target.kind == "unknown"
            and candidate.kind == "method"
            and is_safe_everywhere(self.program, candidate.text)
        ):
            unsafe = "no"
        return kind, decision(found, unsafe, target.path or candidate.text)

    def _by_path(self, candidate: Candidate) -> tuple[SiteKind, Decision]:
        """A call that was not lowered: its path alone may tell."""
        if candidate.kind == "method":
            safe = is_safe_everywhere(self.program, candidate.text)
            return "call", Decision("no" if safe else "unknown", candidate.text)
        definition = self.program.resolve(candidate.text.partition("::<")[0], self.scope, "values")
        if definition.kind == "function" and definition.crate != "std":
            item = self.program.crate(definition.crate).functions[definition.index].item
            unsafe = item.unsafe or (item.foreign and not item.safe)
            return "foreign" if item.foreign else "call", Decision("yes" if unsafe else "no", definition.path)
        if definition.kind == "function":
            signature = self.program.standard.function(definition.path)
            if signature is not None:
                return "call", Decision("yes" if signature.unsafe else "no", definition.path)
        if definition.kind in ("variant", "type") and not definition.rest:
            return "call", Decision("no", definition.path)
        if definition.kind == "external":
            target = external_target(definition.path)
            return "foreign" if target.kind == "foreign" else "call", Decision(target.unsafe, target.path)
        return "call", Decision("unknown", candidate.text)

    def _decide_deref(self, candidate: Candidate) -> Decision:
        """Whether some place used at the candidate goes through a raw pointer.

        The operation nearest to the candidate decides; a store is recorded where its value stands, so that all
        operations of the block that use the dereferenced variable are looked at after those around it.
        """
        known = False
        named = [each for each in self.operations if uses_variable(each, candidate.text)]
        for each in (*self._covering(candidate.span), *named):
            for place in places_of(each.operation):
                through = through_of(self.program, each.typed, place)
                if through is None:
                    continue
                if any(type_.kind == "pointer" for type_ in through):
                    return decision(each, "yes")
                known = known or "*" in place.steps
        return Decision("no") if known else UNDECIDED

    def _covering(self, span: Span) -> list[Located]:
        """Operations whose source contains, or is contained in, a span; the nearest first."""
        near = [
            each
            for each in self.operations
            if each.operation.span.start <= span.end and span.start <= each.operation.span.end
        ]
        return sorted(near, key=lambda each: each.operation.span.end - each.operation.span.start)

    def _decide_union(self, candidate: Candidate) -> Decision:
        """A field is unsafe to read if its owner is a union; the owner may be of C, or unknown."""
        step = f".{candidate.text}"
        for each in self._covering(candidate.span):
            for place in places_of(each.operation):
                if step in place.steps and place.local >= 0:
                    owner = owner_of_field(self.program, each.typed, place, step)
                    if owner is None:
                        return decision(each, "unknown", candidate.text)
                    return decision(each, "yes" if owner.item.form == "union" else "no", candidate.text)
        return Decision("unknown" if candidate.text in union_fields(self.program) else "no", candidate.text)

    def _decide_static(self, path: str) -> Decision:
        definition = self.program.resolve(path, self.scope, "values")
        if definition.kind == "external" and "::" in definition.path:
            constant = path.rpartition("::")[2].isupper()  # bindgen keeps C's names: macros and enumerators
            return Decision("no" if constant else "unknown", definition.path)
        if definition.kind != "value" or definition.crate == "std":
            return Decision("no")
        owner = self.program.crate(definition.crate)
        item = owner.values[definition.index].item
        unsafe = item.form == "static" and (item.mutable or (item.foreign and not item.safe))
        return Decision("yes" if unsafe else "no", definition.path)

    def hidden_statics(self, known: frozenset[str]) -> Iterator[tuple[Span, str, Decision]]:
        """Uses of unsafe statics that no candidate names: C's are written in lower case like variables."""
        seen = set(known)
        for each in self.operations:
            for place in places_of(each.operation):
                if place.static and place.static not in seen:
                    seen.add(place.static)
                    found = self._decide_static(place.static)
                    if found.unsafe == "yes":
                        yield each.operation.span, place.static, decision(each, "yes", found.callee)

    def _decide_macro(self, candidate: Candidate) -> tuple[SiteKind, Decision]:
        """What a macro does here: an unsafe operation of its expansion or its arguments, where it was lowered."""
        seen = False
        for each in self.operations:
            if not within_macro(each, candidate.span):
                continue
            seen = True
            target = each.target
            if target is not None and target.unsafe == "yes":
                return "foreign" if target.kind == "foreign" else "call", decision(each, "yes", target.path)
            for place in places_of(each.operation):
                through = through_of(self.program, each.typed, place)
                if through and any(type_.kind == "pointer" for type_ in through):
                    return "deref", decision(each, "yes", candidate.text)
        definition = self.program.names.resolve(candidate.text.rstrip("!"), self.scope.module, "macros")
        known = seen or (definition.kind == "macro" and definition.crate == "std")
        return "call", Decision("no" if known else "unknown", candidate.text)


@kept
def _cached_operations(program: Program, function: int) -> BodyOperations:
    return BodyOperations.of_function(program, function)
