"""Counters that a destructor goes by, moved on before the user's code has done what they count."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.flow.paths import after, never
from scrutineer.model.body import Operation, Place
from scrutineer.model.types import TypeRef
from scrutineer.program.entries import FunctionEntry
from scrutineer.rules.ownership.roots import alive, is_borrowed, root, without_references
from scrutineer.rules.panic.updates import counter_written, is_zero, written_root
from scrutineer.rules.panic.walk import DROP, Hazard, guarded, user_code
from scrutineer.rules.unit import Unit

_DEEPEST = 5  # calls below a destructor that are read for the counters that it goes by


class Counters:
    """Integer fields by which destructors of a crate's types find what they drop."""

    def __init__(self, unit: Unit) -> None:
        """Destructors are read when a write to a field of their type is asked about."""
        self.unit = unit
        self._known: dict[str, frozenset[str]] = {}

    def of(self, type_: TypeRef) -> frozenset[str]:
        """Names of a type's fields that its destructor reads, if that reaches unsafe code; else none."""
        if type_.kind != "path":
            return frozenset()
        if type_.name not in self._known:
            self._known[type_.name] = self._read(type_)
        return self._known[type_.name]

    def may_move(self, entry: FunctionEntry) -> bool:
        """Whether a function is a `&mut self` method of a type with a destructor of the crate's."""
        if entry.item.receiver != "&mut self" or entry.item.impl_ < 0:
            return False
        self_type = self.unit.program.resolver.scope_of(entry).self_type
        return self_type is not None and bool(self.of(self_type))

    def _called(self, flow: FunctionFlow, type_: TypeRef) -> Iterator[int]:
        """Functions of the crate that a body calls, also where the library calls the type's own (`by_ref`)."""
        index = self.unit.program.impl_index
        for target in flow.typed.calls.values():
            if target.kind == "resolved" and target.crate == self.unit.program.root:
                yield target.function
            elif (
                target.trait
                and target.self_type is not None
                and without_references(target.self_type).name == type_.name
            ):
                for record in index.of_trait(type_.name, target.trait):
                    own = index.functions_of(record)
                    written = own.get(
                        target.name
                    )  # else the trait's own body, which calls what the impl wrote
                    yield from written if written is not None else chain.from_iterable(own.values())

    def _read(self, type_: TypeRef) -> frozenset[str]:
        index = self.unit.program.impl_index
        own = [record for record, _ in index.matching(type_, DROP) if record.index >= 0]
        if not own or own[0].crate != self.unit.program.root:
            return frozenset()
        pending = [(function, 0) for function in index.functions_of(own[0]).get("drop", [])]
        seen = {function for function, _ in pending}
        fields: set[str] = set()
        unsafe = False
        for function, depth in pending:
            flow = self.unit.flows.of(function)
            if flow is None:
                continue
            unsafe = unsafe or self.unit.has_unsafe(flow.entry)
            fields |= _fields_read(flow, type_)
            for called in self._called(flow, type_) if depth < _DEEPEST else ():
                if called not in seen:
                    seen.add(called)
                    pending.append((called, depth + 1))
        return frozenset(fields) if unsafe else frozenset()


def _fields_read(flow: FunctionFlow, type_: TypeRef) -> set[str]:
    found: set[str] = set()
    for _, operation in flow.graph.points():
        for given in operation.operands:
            place = given.place
            if place is None or not place.steps or place.local < 0:
                continue
            for end, step in enumerate(place.steps):
                if step[0] == "." and _holder(flow, Place(place.local, place.steps[:end])) == type_.name:
                    found.add(step)
    return found


def _holder(flow: FunctionFlow, place: Place) -> str:
    """Name of the type whose field is taken at a place, through references."""
    return without_references(flow.type_of(place)).name


def counted_early(flow: FunctionFlow, counters: Counters) -> Iterator[Hazard]:
    """Hazards that begin with a counter of a destructor's, and end where another is moved on, or a slot filled."""
    for point, operation in flow.graph.points():
        written = _moved_on(flow, counters, point, operation)
        if written is None:
            continue
        owner = root(flow, written)
        found = _before_its_other_half(flow, counters, point, owner, written)
        if found is not None:
            yield found
            return


def _moved_on(flow: FunctionFlow, counters: Counters, point: Point, operation: Operation) -> Place | None:
    """The counter that an operation raises: itself, or a method of the crate's that it calls on its owner."""
    written = counter_written(flow, point, operation)
    if written is not None:
        if operation.name in {"-=", "&=", "|="} or is_zero(flow, operation):
            return None
        value = flow.values.of(operation.operands[-1])
        falls = operation.kind == "assign" and value.kind == "binary" and value.name == "-"
        return written if not falls and _relied_on(flow, counters, written) else None
    return _moved_on_by_call(flow, counters, point, operation)


def _relied_on(flow: FunctionFlow, counters: Counters, place: Place) -> bool:
    holder = flow.type_of(Place(place.local, place.steps[:-1], place.static))
    return place.steps[-1] in counters.of(without_references(holder))


def _moved_on_by_call(
    flow: FunctionFlow, counters: Counters, point: Point, operation: Operation
) -> Place | None:
    target = flow.target(point)
    given = operation.operands[0] if operation.operands else None
    if target.kind != "resolved" or given is None or given.mode != "receiver" or given.place is None:
        return None
    if target.crate != flow.program.root or target.signature is None:
        return None
    result = target.result
    lends = result.kind == "ref" or any(arg.kind == "ref" for arg in result.args)
    if target.signature.receiver != "&mut self" or not lends:
        return None
    inner = counters.unit.flows.of(target.function)
    if inner is None:
        return None
    for at, there in inner.graph.points():
        written = counter_written(inner, at, there)
        raised = there.kind == "binary" and there.name == "+="
        if written is not None and written.local == 1 and raised and _relied_on(inner, counters, written):
            return Place(given.place.local, (*given.place.steps, written.steps[-1]), given.place.static)
    return None


def _before_its_other_half(
    flow: FunctionFlow, counters: Counters, point: Point, owner: Place, written: Place
) -> Hazard | None:
    def ends(at: Point, there: Operation) -> bool:
        return _flags(flow, there, owner) or _empties(flow, at, there, owner)

    for danger in after(flow, point, ends, forward=True):
        reason = user_code(flow, danger)
        if not reason or guarded(flow, danger, frozenset({owner.local})):
            continue
        if not (is_borrowed(flow, owner) or alive(flow, owner.local, danger)):
            continue
        for later in after(flow, danger, never, forward=True):
            there = flow.operation(later)
            filled = written_root(flow, later, there)
            other = counter_written(flow, later, there)
            half = other is not None and other != written and _relied_on(flow, counters, other)
            if half or (filled is not None and filled.local == owner.local):
                what = f"moves `{written.steps[-1][1:]}` on, which `Drop` goes by, over a slot not yet filled"
                return Hazard(point, danger, later, f"{reason} may unwind", what)
    return None


def _flags(flow: FunctionFlow, operation: Operation, owner: Place) -> bool:
    """Whether an operation sets a boolean field of the owner: it tells the destructor that a panic may come."""
    target = operation.target
    if operation.kind != "assign" or target is None or target.local != owner.local or not target.steps:
        return False
    return flow.type_of(target).name == "bool"


def _empties(flow: FunctionFlow, point: Point, operation: Operation, owner: Place) -> bool:
    """Whether an operation sets something of the owner's to zero."""
    if operation.kind != "assign" or not is_zero(flow, operation):
        return False
    written = written_root(flow, point, operation) or operation.target
    return written is not None and written.local == owner.local
