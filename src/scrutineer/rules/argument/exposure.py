"""Which arguments of a function reach an unsafe operation that asks something of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.flow.values import Value
from scrutineer.model.body import Place
from scrutineer.model.span import Span
from scrutineer.model.types import TypeRef
from scrutineer.program.entries import FunctionEntry
from scrutineer.rules.argument.guards import Guard, guards, plain, wraps
from scrutineer.rules.argument.origin import arguments, in_order, is_bytes, is_number, is_pointer, is_text
from scrutineer.rules.argument.sinks import TERMINATED, Sink, sinks
from scrutineer.rules.unit import Unit

_ROUNDS = 4
_FINE = frozenset({"", "nan"})  # checked; or reported where it stands


class Reached(msgspec.Struct, frozen=True):
    """An operation that uses arguments; `path` and `span` say where the operation itself stands, in a callee perhaps."""

    sink: Sink
    places: frozenset[Place]
    guards: tuple[Guard, ...]
    path: str
    span: Span
    clamp: bool = False  # the flaw is in a `min`, not in a condition
    in_safe: bool = False  # the operation stands in a safe function that this one calls
    checked_in: str = ""  # file of the flawed check, where a callee makes it

    @property
    def flaw(self) -> str:
        """Nothing bounds them (`unchecked`), only a flawed check does, or something may (empty)."""
        flaws = {guard.flaw for guard in self.guards}
        return "" if "none" in flaws else "unchecked" if not flaws else min(flaws)


class Exposures:
    """Answers for one crate; a function that callers outside can call is not looked into through its callers."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self._reached: dict[int, tuple[Reached, ...]] = {}
        self._open: dict[int, bool] = {}
        self._trusting: set[int] = set()

    def of(self, flow: FunctionFlow) -> tuple[Reached, ...]:
        """Operations that arguments of a function reach, also through what it calls in its own crate."""
        key = flow.entry.index
        if key not in self._reached:
            self._reached[key] = ()  # of a call of itself, at any depth
            own = (
                Reached(
                    sink, places, tuple(guards(flow, sink, places)), flow.path, flow.place_span(sink.point)
                )
                for each in sinks(flow)
                for sink, places in _decided(flow, each)
            )
            self._reached[key] = (*own, *clamped(flow), *self._through_calls(flow))
        return self._reached[key]

    @cached_property
    def trusting(self) -> frozenset[int]:
        """Functions that callers outside cannot call and that trust those inside with some argument."""
        names: set[str] = set()
        rest: list[FunctionEntry] = []
        for entry in self.unit.program.functions:
            if entry.item.body_span is None or entry.item.test or self.open(entry):
                continue
            if not self.unit.has_unsafe(entry):
                rest.append(entry)
            elif self._trusts(entry):
                names.add(entry.item.name)
        for _ in range(_ROUNDS):
            before = len(self._trusting)
            for entry in rest:
                known = entry.index in self._trusting or names.isdisjoint(called(self.unit, entry))
                if not known and self._trusts(entry):
                    names.add(entry.item.name)
            if len(self._trusting) == before:
                break
        return frozenset(self._trusting)

    def _trusts(self, entry: FunctionEntry) -> bool:
        self._reached.pop(entry.index, None)  # asked before what it calls was known
        flow = self.unit.flows.of(entry.index)
        if flow is None or all(each.flaw in _FINE for each in self.of(flow)):
            return False
        self._trusting.add(entry.index)
        return True

    def _through_calls(self, flow: FunctionFlow) -> Iterator[Reached]:
        program = self.unit.program
        for point, _ in flow.graph.points():
            target = flow.target(point)
            if target.kind != "resolved" or target.crate != program.root or target.function < 0:
                continue
            callee = program.functions[target.function]
            looked_into = self.unit.has_unsafe(callee) or target.function in self._trusting
            if target.function == flow.entry.index or not looked_into or self.open(callee):
                continue
            inner = self.unit.flows.of(target.function)
            for below in self.of(inner) if inner is not None else ():
                if below.flaw not in _FINE and inner is not None:
                    yield from self._passed_on(flow, point, inner, below)

    def _passed_on(
        self, flow: FunctionFlow, point: Point, inner: FunctionFlow, below: Reached
    ) -> Iterator[Reached]:
        """What of a caller's arguments becomes those that an operation in the callee uses."""
        operands = flow.operation(point).operands
        in_safe = not inner.entry.item.unsafe
        outermost = in_safe and not below.in_safe
        span = inner.place_span(below.sink.point) if outermost else below.span
        path = inner.path if outermost else below.path
        for place in in_order(below.places):
            if 0 < place.local <= len(operands):
                sink = Sink(point, operands[place.local - 1], below.sink.class_, "", below.sink.pointer)
                if places := _fitting(flow, sink):
                    found = tuple(guards(flow, sink, places))
                    if below.flaw == "unchecked" or not found:
                        flawed = found or below.guards
                        where = (
                            inner.path
                            if below.flaw != "unchecked" and not below.checked_in
                            else below.checked_in
                        )
                        yield Reached(sink, places, flawed, path, span, in_safe=in_safe, checked_in=where)

    def open(self, entry: FunctionEntry) -> bool:
        """Whether safe code outside the crate can call a function with arguments of its choice."""
        if entry.index not in self._open:
            self._open[entry.index] = not entry.item.unsafe and self._nameable(entry)
        return self._open[entry.index]

    def _nameable(self, entry: FunctionEntry) -> bool:
        program = self.unit.program
        if not program.visibility.is_reachable(entry):
            return False
        if entry.item.impl_ < 0:
            return True  # a free function, or a trait's own method
        scope = program.resolver.impl_scope(program.start(entry.file, "impls") + entry.item.impl_)
        type_ = scope.self_type.name if scope.self_type is not None else ""
        trait = program.trait_paths.get(scope.trait)
        exported = program.visibility.exported
        if trait is not None and ("trait", trait.index) not in exported:
            return False
        types = program.type_paths.get(type_, ())
        return not types or any(("type", each.index) in exported for each in types)


def called(unit: Unit, entry: FunctionEntry) -> set[str]:
    """Last names of what a function calls."""
    skeletons = unit.program.files[entry.file].skeletons
    calls = skeletons[entry.number].calls if entry.number < len(skeletons) else ()
    return {call.rpartition("::")[2].rpartition(".")[2] for call in calls}


def is_unofficial(unit: Unit, entry: FunctionEntry) -> bool:
    """Whether only those who know better call a function: hidden from the documentation, or of an unsafe trait."""
    program = unit.program
    item = entry.item
    if item.impl_ >= 0:
        trait = program.resolver.impl_scope(program.start(entry.file, "impls") + item.impl_).trait
        info = program.impl_index.trait(trait) if trait else None
        if info is not None and info.unsafe:
            return True
    return any(each.path == "doc" and "hidden" in each.arguments for each in item.attributes)


def clamped(flow: FunctionFlow) -> Iterator[Reached]:
    """Operands that `min` cuts off, of a sum or product that has wrapped around before."""
    cuts = [
        (flow.values.of_operation(operation), operation.span)
        for _, operation in flow.graph.points()
        if operation.callee is not None
        and operation.callee.name.rpartition("::")[2] == "min"
        and any(wraps(flow, flow.values.of(operand)) for operand in operation.operands)
    ]
    for sink in sinks(flow) if cuts else ():
        parts = flow.values.of(sink.operand).walk()
        for cut, span in cuts:
            if cut in parts and sink.class_ == "bounds":
                places = frozenset(cut.args[0].places())
                if not all(any(guards(flow, sink, frozenset({place}))) for place in places):
                    yield Reached(sink, places, (Guard("wraps", span),), flow.path, span, clamp=True)


def _decided(flow: FunctionFlow, sink: Sink) -> Iterator[tuple[Sink, frozenset[Place]]]:
    """A sink with the arguments that decide its operand: what it is computed from, or else what its bound is."""
    places = _fitting(flow, sink)
    if places:
        yield sink, places
    elif sink.class_ == "bounds" and not sink.pointer and sink.path != TERMINATED:
        counter = plain(flow.values.of(sink.operand))
        bounds = [
            check.fact.right
            for check in flow.checks.at(sink.point)
            if check.fact.relation in {"<", "<="} and plain(check.fact.left) == counter
        ]
        if bounds and counter.places() and all(_is_argument(flow, bound) for bound in bounds):
            found = frozenset(place for bound in bounds if bound is not None for place in bound.places())
            yield msgspec.structs.replace(sink, counter=counter, inputs=frozenset({counter})), found


def _is_argument(flow: FunctionFlow, bound: Value | None) -> bool:
    """Whether a bound is a number that the caller chose, as it is."""
    place = plain(bound).place if bound is not None else None
    if place is None or place.steps or not flow.sources.is_parameter(place):
        return False
    return is_number(flow.type_of(place)) and not flow.sources.setters(place.local)


def _fitting(flow: FunctionFlow, sink: Sink) -> frozenset[Place]:
    """Arguments behind an operand, as far as their types promise nothing of what is asked."""
    fits = _fits(sink)
    return frozenset(
        place
        for place in arguments(flow, sink.operand)
        if fits(flow.type_of(place)) or any(map(fits, _items(flow, flow.type_of(place))))
    )


def _fits(sink: Sink) -> Callable[[TypeRef], bool]:
    """Whether a type promises nothing of what is asked at a sink."""
    if sink.path == TERMINATED:
        return is_text
    if sink.pointer:
        return is_pointer
    return is_bytes if sink.path.endswith("utf8_unchecked") else is_number


def _items(flow: FunctionFlow, type_: TypeRef) -> Iterator[TypeRef]:
    """What a caller's own iterator gives, by the bounds of its type parameter."""
    for bound in flow.typed.bounds if type_.kind == "param" else ():
        for trait in bound.traits if bound.subject == type_ else ():
            yield from (item for name, item in trait.bindings if name == "Item")
