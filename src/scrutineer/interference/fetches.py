"""Fetches: where a body takes a value out of memory that another party can write while it runs."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.flow.values import Value
from scrutineer.interference.shared_memory import Kind, shared_memory
from scrutineer.interference.streams import stream_fetches
from scrutineer.locks.places import field_owner, root_of
from scrutineer.locks.suspends import path_of
from scrutineer.model.body import Operation, Place
from scrutineer.model.types import TypeRef
from scrutineer.program.memo import kept
from scrutineer.program.program import Program

_ATOMIC = "core::sync::atomic::"
_SHARED_WORDS = ("shared", "user space", "userspace", "another process", "other process", "guest", "mapped")


class Fetch(msgspec.Struct, frozen=True, kw_only=True):
    """One value taken out of shared memory.

    `operand` is the operand that is the value itself, -1 where the result is, -2 where the local `into` receives it.
    Two fetches with equal `location` take from one place as long as nothing in `location.places()` is written.
    `state` names the memory in every body: `crate::Ring.len` of an atomic, the path of a static.
    """

    flow: FunctionFlow
    point: Point
    kind: Kind
    party: str
    location: Value
    operand: int = -1
    into: int = -1
    state: str = ""
    name: str = ""

    @property
    def local(self) -> int:
        """The local that holds the value afterwards; -1 if it is used where it stands."""
        target = self.flow.operation(self.point).target
        if self.operand == -2:
            return self.into
        return target.local if self.operand == -1 and target is not None and not target.steps else -1


def fetches(flow: FunctionFlow, accessors: dict[int, Fetch]) -> Iterator[Fetch]:
    """Every fetch of a body in the order of its blocks; `accessors` are functions of the crate that only fetch."""
    for point, operation in flow.graph.points():
        yield from _by_place(flow, point, operation)
        if operation.kind == "call":
            found = _by_call(flow, point, operation) or _by_accessor(flow, point, operation, accessors)
            if found is not None:
                yield found
    for each in stream_fetches(flow):
        yield Fetch(
            flow=flow, point=each.point, kind="user", party=each.party, location=each.location,
            operand=-1 if each.into < 0 else -2, into=each.into, name=each.name,
        )  # fmt: skip


def _by_place(flow: FunctionFlow, point: Point, operation: Operation) -> Iterator[Fetch]:
    """Statics that are mutable, and elements of a mapping, read where they stand."""
    if operation.kind not in {"assign", "binary", "unary", "cast", "call"}:
        return
    for at, operand in enumerate(operation.operands):
        place = operand.place
        if place is None or operand.mode == "write":
            continue
        if place.static:
            if place.static.rpartition("::")[2] not in mutable_statics(flow.program):
                continue
            found = flow.program.resolve(place.static, flow.typed.scope, "values")
            if found.kind == "value" and not found.crate and _is_mutable(flow, found.index):
                yield Fetch(
                    flow=flow, point=point, kind="static", party="", operand=at, state=found.path,
                    location=Value("place", place=place), name=place.static,
                )  # fmt: skip
        elif place.steps and place.steps[-1][0] == "[":
            type_ = _behind(flow.type_of(Place(place.local, place.steps[:-1])))
            if party := shared_memory().mapped(type_.name):
                yield Fetch(
                    flow=flow, point=point, kind="raw", party=party, operand=at,
                    location=flow.values.of_place(place), name=type_.last,
                )  # fmt: skip


@kept
def mutable_statics(program: Program) -> frozenset[str]:
    """Names of the crate's mutable statics."""
    items = (value.item for value in program.values)
    return frozenset(item.name for item in items if item.form == "static" and item.mutable)


def _is_mutable(flow: FunctionFlow, value: int) -> bool:
    item = flow.program.values[value].item
    return item.form == "static" and item.mutable


def _by_call(flow: FunctionFlow, point: Point, operation: Operation) -> Fetch | None:
    target = flow.target(point)
    path = path_of(flow, point)
    entry = shared_memory().fetch_of(path, foreign=target.kind == "foreign")
    if entry is None:
        return _by_atomic(flow, point, operation)
    if len(operation.operands) <= max(entry.address, entry.into):
        return None
    if entry.kind == "documented" and not _is_documented(flow):
        return None
    location = flow.values.of(operation.operands[entry.address])
    if entry.kind in {"raw", "documented"} and not _leaves(flow, location):
        return None
    buffer = operation.operands[entry.into].place if entry.into >= 0 else None
    return Fetch(
        flow=flow, point=point, kind=entry.kind, party=entry.party, location=location, name=path.rpartition("::")[2],
        operand=-1 if buffer is None else -2, into=root_of(flow, buffer).place.local if buffer is not None else -1,
    )  # fmt: skip


def _behind(type_: TypeRef) -> TypeRef:
    while type_.kind == "ref" and type_.args:
        type_ = type_.args[0]
    return type_


def _is_documented(flow: FunctionFlow) -> bool:
    text = flow.entry.item.doc.lower()
    return any(word in text for word in _SHARED_WORDS)


def _leaves(flow: FunctionFlow, location: Value) -> bool:
    """Whether a pointer leads out of the function's own variables."""
    for part in location.walk():
        if part.kind != "borrow" or not part.args:
            continue
        place = part.args[0].place
        if place is None:
            return False
        if "*" not in place.steps:
            root = root_of(flow, place).place
            type_ = flow.typed.locals[root.local] if root.local >= 0 else None
            if type_ is not None and (type_.kind not in {"ref", "pointer"} or type_.mutable):
                return False
    return True


def _by_atomic(flow: FunctionFlow, point: Point, operation: Operation) -> Fetch | None:
    target = flow.target(point)
    place = operation.operands[0].place if operation.operands else None
    if place is None or target.name != "load" or not target.path.startswith(_ATOMIC):
        return None
    root = root_of(flow, place)
    state = state_of(flow, root.place)
    if not root.exact or not state or not _is_lent(flow, root.place):
        return None
    return Fetch(
        flow=flow, point=point, kind="atomic", party="", state=state, location=Value("place", place=root.place),
        name=state.rpartition(".")[2].rpartition("::")[2],
    )  # fmt: skip


def state_of(flow: FunctionFlow, root: Place) -> str:
    """The memory that a place is, alike in every body: type and field, or the path of a static."""
    if root.static and not root.steps:
        found = flow.program.resolve(root.static, flow.typed.scope, "values")
        return found.path or root.static
    owner = field_owner(flow, root)
    return f"{owner}{root.steps[-1]}" if owner else ""


def _is_lent(flow: FunctionFlow, root: Place) -> bool:
    """Whether others can have the object: a static, or what came by shared reference."""
    if root.static:
        return True
    type_ = flow.typed.locals[root.local]
    return type_.kind == "ref" and not type_.mutable


def _by_accessor(
    flow: FunctionFlow, point: Point, operation: Operation, accessors: dict[int, Fetch]
) -> Fetch | None:
    """A function of the crate that fetches one value and returns it."""
    target = flow.target(point)
    inner = (
        accessors.get(target.function)
        if target.crate == flow.program.root and not target.alternatives
        else None
    )
    place = operation.operands[0].place if len(operation.operands) == 1 else None
    if inner is None or place is None:
        return None
    root = root_of(flow, place).place
    if not _is_lent(flow, root):
        return None
    location = Value("call", target.path, (Value("place", place=root),))
    return Fetch(
        flow=flow, point=point, kind=inner.kind, party=inner.party, state=inner.state, location=location,
        name=f"{target.name}()",
    )  # fmt: skip
