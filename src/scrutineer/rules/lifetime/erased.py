"""Borrowed data behind a raw handle that no longer mentions the borrow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.model.body import Operation, Place
from scrutineer.model.items import Bound
from scrutineer.model.types import TypeRef
from scrutineer.program.fields import fields_of
from scrutineer.rules.lifetime.signatures import holds_pointer, lifetimes_in, owned_parts

_FORGETS = frozenset({"core::mem::forget", "core::mem::ManuallyDrop::new"})
_INTO_RAW = frozenset(
    {"alloc::boxed::Box::into_raw", "alloc::boxed::Box::leak", "alloc::sync::Arc::into_raw"}
)
_ERASES = frozenset({"core::task::RawWaker::new"})
_FROM_RAW = frozenset({"alloc::boxed::Box::from_raw", "alloc::sync::Arc::from_raw"})


def handed_to_foreign(flow: FunctionFlow) -> Iterator[tuple[Point, TypeRef]]:
    """A boxed value of a type parameter that becomes a raw pointer and goes where it may be kept: foreign code, a waker.

    The parameter must be `'static`: whatever it borrows may be gone when the call comes back. A function that takes
    the box back itself uses it only while it runs.
    """
    if flow.entry.item.unsafe:
        return  # what the caller may pass is its contract's to say
    calls = [(point, operation) for point, operation in flow.graph.points() if operation.kind == "call"]
    if any(flow.target(point).path in _FROM_RAW for point, _ in calls):
        return
    for point, operation in calls:
        if flow.target(point).kind != "foreign" and flow.target(point).path not in _ERASES:
            continue
        for type_ in _boxed_parameters(flow, operation):
            if not _is_static(flow, type_.name):
                yield point, type_
                break


def _boxed_parameters(flow: FunctionFlow, operation: Operation) -> Iterator[TypeRef]:
    for operand in operation.operands:
        for part in flow.sources.parts(operand):
            if part.kind == "call" and part.name.endswith(("Box::into_raw", "Arc::into_raw", "Box::leak")):
                yield from _parameters_of(flow, part.args[0].places() if part.args else [])


def _parameters_of(flow: FunctionFlow, places: Iterable[Place]) -> Iterator[TypeRef]:
    for place in places:
        type_ = flow.type_of(place)
        while type_.kind == "path" and type_.args and type_.last in {"Box", "Arc"}:
            type_ = type_.args[0]
        if type_.kind == "param":
            yield type_


def _is_static(flow: FunctionFlow, param: str) -> bool:
    """Whether the parameter is `'static`: as declared here, on its impl, or by a trait that it implements."""
    item = flow.entry.item
    bounds = list(item.generics.bounds)
    if item.impl_ >= 0:
        bounds += flow.program.files[flow.entry.file].impls[item.impl_].generics.bounds
    if any(bound.subject.name == param and _demands_static(bound) for bound in bounds):
        return True
    traits = [trait for bound in flow.typed.bounds if bound.subject.name == param for trait in bound.traits]
    declared = [
        flow.program.trait_paths[trait.name] for trait in traits if trait.name in flow.program.trait_paths
    ]
    return any(_demands_static(own) for entry in declared for own in entry.item.generics.bounds)


def _demands_static(bound: Bound) -> bool:
    return "'static" in bound.lifetimes


def borrow_dropped(flow: FunctionFlow) -> Iterator[tuple[Point, str]]:
    """A value with a lifetime is taken apart into a result that has raw pointers and no lifetime, and forgotten."""
    item = flow.entry.item
    if item.receiver != "self" or item.impl_ < 0:
        return
    impl_ = flow.program.files[flow.entry.file].impls[item.impl_]
    lost = lifetimes_in(impl_.type) & set(impl_.generics.lifetimes)
    result = flow.program.resolver.signature(flow.entry.index).result
    if not lost or lifetimes_in(item.result) & lost or not holds_pointer(flow.program, result, 1):
        return
    if any(lifetimes_in(type_) for type_ in (fields_of(flow.program, result) or {}).values()):
        return
    written = flow.program.type_entry(result.name)
    if written is None or written[1].item.generics.lifetimes or _holds(flow, result):
        return
    for point, operation in flow.graph.points():
        if operation.kind == "call" and flow.target(point).path in _FORGETS and _is_self(operation):
            yield point, min(lost)
            return


def _holds(flow: FunctionFlow, result: TypeRef) -> bool:
    """Whether `self` has the result among its fields: taking it out says nothing new about what it points into."""
    held = (fields_of(flow.program, flow.type_of(Place(1))) or {}).values()
    return any(part.name == result.name for field in held for part in owned_parts(field))


def _is_self(operation: Operation) -> bool:
    return any(operand.place is not None and operand.place.local == 1 for operand in operation.operands)
