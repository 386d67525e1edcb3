"""Unsafe sites under a lock that reach an element by reference and change the container it is claimed to be in."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scrutineer.contracts.claims import read_claims
from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.interference.aliases import is_plain
from scrutineer.locks.guarded import field_key
from scrutineer.locks.locks import FunctionLocks, Locks
from scrutineer.locks.places import root_of
from scrutineer.model.body import Operation, Place
from scrutineer.model.items import SafetyComment
from scrutineer.model.lock import GuardedPlace
from scrutineer.model.span import Span
from scrutineer.model.types import UNKNOWN, TypeRef


class Removal(msgspec.Struct, frozen=True, kw_only=True):
    """One such site: the container it changes, the operand that is the element, and what its comment claims."""

    locks: FunctionLocks
    point: Point
    guarded: GuardedPlace
    key: str
    type: TypeRef
    element: Place
    claim: str
    claim_span: Span | None

    @property
    def flow(self) -> FunctionFlow:
        """The body it stands in."""
        return self.locks.flow

    @property
    def span(self) -> Span:
        """Where the operation stands."""
        return self.flow.operation(self.point).span


class Removals:
    """Finds them in one program."""

    def __init__(self, locks: Locks) -> None:
        """Nothing is looked at yet."""
        self.locks = locks
        self.program = locks.program

    def of(self, inside: FunctionLocks) -> Iterator[Removal]:
        """Sites of one body."""
        for point, operation in inside.flow.graph.points():
            if operation.kind == "call":
                yield from self._call(inside, point, operation)
            elif operation.unsafe_block >= 0 and operation.kind == "assign":
                yield from self._write(inside, point, operation)

    def _call(self, inside: FunctionLocks, point: Point, operation: Operation) -> Iterator[Removal]:
        """A method of the guarded container that is told which element by reference, and does not look for it."""
        flow = inside.flow
        call = flow.target(point)
        places = [operand.place for operand in operation.operands]
        if call.signature is None or len(places) < 2 or places[0] is None:
            return
        if not call.signature.parameters or not _is_unique(call.signature.parameters[0]):
            return
        if call.unsafe != "yes" and not self._unsafe_inside(call.crate, call.function):
            return
        if self._searches(call.crate, call.function):
            return
        guarded = inside.guarded(point, places[0])
        if guarded is None:
            return
        for place, parameter in zip(places[1:], call.signature.parameters[1:], strict=False):
            if place is not None and _refers(parameter) and self._comes_from_outside(inside, point, place):
                yield self._removal(inside, point, guarded, place)
                return

    def _write(self, inside: FunctionLocks, point: Point, operation: Operation) -> Iterator[Removal]:
        """A store through a pointer to an element, beside a guarded pointer to elements of the same type."""
        flow = inside.flow
        target = operation.target
        if target is None or "*" not in target.steps or not inside.held.must(point):
            return
        pointer = Place(target.local, target.steps[: target.steps.index("*")], target.static)
        type_ = flow.type_of(pointer)
        if type_.kind != "pointer" or not self._comes_from_outside(inside, point, pointer):
            return
        for other, each in flow.graph.points():
            head = each.target
            if head is None or each.kind != "assign" or not head.steps or flow.type_of(head) != type_:
                continue
            guarded = inside.guarded(other, head)
            if guarded is not None and guarded.lock in inside.held.must(point):
                yield self._removal(inside, point, guarded, pointer)
                return

    def _removal(self, inside: FunctionLocks, point: Point, guarded: GuardedPlace, element: Place) -> Removal:
        comment = self._comment(inside.flow, point)
        return Removal(
            locks=inside,
            point=point,
            guarded=guarded,
            key=field_key(inside.flow, guarded),
            type=container_type(inside.flow, point),
            element=element,
            claim=_leaning_on(comment.text) if comment else "",
            claim_span=comment.span if comment else None,
        )

    def _comment(self, flow: FunctionFlow, point: Point) -> SafetyComment | None:
        operation = flow.operation(point)
        facts = self.program.files[flow.entry.file]
        if operation.unsafe_block < 0:
            return None
        comments = facts.unsafe_blocks[operation.unsafe_block].comments
        return comments[0] if comments else None

    def _comes_from_outside(self, inside: FunctionLocks, point: Point, place: Place) -> bool:
        """Whether a reference was known before the lock was taken: not read from what the lock protects."""
        root = root_of(inside.flow, place).place
        if inside.guarded(point, place) is not None or is_plain(inside.flow.type_of(place)):
            return False
        kind = inside.flow.body.locals[root.local].kind if root.local >= 0 else ""
        return kind in {"parameter", "capture"}

    def _unsafe_inside(self, crate: str, function: int) -> bool:
        """Whether a safe function of this crate does something unsafe itself."""
        if crate != self.program.root or function < 0:
            return False
        entry = self.program.functions[function]
        blocks = self.program.files[entry.file].unsafe_blocks
        return any(block.function == entry.number for block in blocks)

    def _searches(self, crate: str, function: int) -> bool:
        """Whether a function of this crate has a loop: it looks for the element instead of believing the caller."""
        flow = self.locks.flows.of(function) if crate == self.program.root and function >= 0 else None
        if flow is None:
            return False
        position = flow.graph.position
        return any(
            position[target] <= position[block]
            for block in position
            for target in flow.graph.successors[block]
        )


def container_type(flow: FunctionFlow, point: Point) -> TypeRef:
    """Type of the container that an operation is about: the method's own, or what the first operand refers to."""
    method = flow.target(point).self_type
    if method is not None:
        return method
    operands = flow.operation(point).operands
    place = operands[0].place if operands else None
    type_ = flow.type_of(place) if place is not None else UNKNOWN
    while type_.kind == "ref" and type_.args:
        type_ = type_.args[0]
    return type_


def _leaning_on(text: str) -> str:
    """What a comment leans on: that the element is nowhere else, else the first thing it says."""
    claims = read_claims(text)
    chosen = next((claim for claim in claims if claim.kind == "exclusive"), claims[0])
    return " ".join(chosen.words.split())


def _is_unique(type_: TypeRef) -> bool:
    if type_.name == "core::pin::Pin" and type_.args:
        type_ = type_.args[0]
    return type_.kind == "ref" and type_.mutable


def _refers(type_: TypeRef) -> bool:
    """Whether a parameter is a way to something that lives elsewhere."""
    return type_.kind in {"ref", "pointer"} or type_.name == "core::ptr::NonNull"
