"""Whose memory a pointer or reference leads to: the local that owns or borrows what it was made from."""

from __future__ import annotations

from collections.abc import Iterator
from weakref import WeakKeyDictionary

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.model.body import Operation, Place
from scrutineer.model.types import TypeRef
from scrutineer.rules.ownership.parts import given_back

_DEEPEST = 24
_CARED_FOR_BY_HAND = frozenset({"core::ptr::NonNull", "core::mem::ManuallyDrop", "core::mem::MaybeUninit"})
_LIBRARY = ("core::", "alloc::", "std::", "?")
_COLLECTS = frozenset({"push", "push_back", "push_front", "insert"})
_PASSES_ON = frozenset({"assign", "borrow", "raw_borrow", "cast"})


def root(flow: FunctionFlow, place: Place, *, sure: bool = False) -> Place:
    """The place that memory belongs to: `v` of `v.as_mut_ptr().add(1)`, `self` of `&mut self.items()[i]`.

    Values without a destructor (pointers, references, slice iterators, options of these) are followed to what they
    were made from: through borrows, casts, and the first argument of calls. The place keeps its fields, so that
    `self.buffer` where that is a raw pointer is told from `self`. `sure` follows calls of the library only: what
    another function returns need not lead to its argument.
    """
    parts: tuple[str, ...] = ()  # of an iterator's item: which of a zipped pair
    for _ in range(_DEEPEST):
        if place.local < 0 or flow.sources.is_parameter(place):
            return place
        setter = _setter(flow, place.local)
        if setter is None:
            return place
        given = argument(setter, 0)
        if setter.kind == "assign" and given is not None and given.steps[:2] == ("@Some", ".0"):
            parts = given.steps[2:]
        number, parts = _zipped(setter, parts)
        part = given_back(flow, setter, _surely) if setter.kind == "call" else None
        if part is None and sure and setter.kind == "call" and not _is_of_library(flow, setter):
            return place
        base = _base(flow, setter, place, number, part)
        if base is None:
            return place
        place = base
    return place


def _surely(flow: FunctionFlow, place: Place) -> Place:
    return root(flow, place, sure=True)


def _is_of_library(flow: FunctionFlow, operation: Operation) -> bool:
    point = flow.point_of(operation)
    return point is not None and flow.target(point).kind in {"std", "constructor"}


def _zipped(setter: Operation, parts: tuple[str, ...]) -> tuple[int, tuple[str, ...]]:
    """Which argument of an iterator's adapter an item's part comes from, and which part of that."""
    name = setter.callee.name.rpartition("::")[2] if setter.callee is not None else ""
    if name not in {"zip", "enumerate"} or not parts:
        return 0, parts
    return int(name == "zip" and parts[0] == ".1"), parts[1:]


def _setter(flow: FunctionFlow, local: int) -> Operation | None:
    """The first operation that sets the whole local from something else."""
    for operation in flow.sources.setters(local):
        target = operation.target
        if target is None or target.steps:
            continue
        if any(given.place is not None and given.place.local == local for given in operation.operands):
            continue
        return operation
    return None


def _base(
    flow: FunctionFlow, setter: Operation, place: Place, number: int, part: Place | None
) -> Place | None:
    given = part or argument(setter, number)
    if given is None or (setter.kind == "assign" and setter.operands[0].mode == "constant"):
        return None
    if setter.kind in _PASSES_ON:
        owned = setter.kind == "assign" and flow.answers.needs_drop(Place(place.local)) != "no"
        if owned and flow.body.locals[given.local].kind != "temporary":
            return None  # a value of its own that was moved here
        steps = place.steps[1:] if place.steps[:1] == ("*",) else place.steps
        return Place(given.local, _shortened(given.steps) + steps, given.static)
    if setter.kind == "call" and setter.callee is not None and setter.callee.form != "value":
        made = flow.type_of(Place(place.local))
        if _is_element(made, flow.type_of(given)):
            return None
        adapter = made.name.startswith("core::iter::")
        if _leads_on(made) and (adapter or flow.answers.needs_drop(Place(place.local)) == "no"):
            return Place(given.local, _shortened(given.steps), given.static)
    return None


def _is_element(made: TypeRef, collection: TypeRef) -> bool:
    """Whether a call gives a raw pointer that lay in a collection of such: it leads elsewhere."""
    collection = without_references(collection)
    if collection.last in {"Option", "Result"} or is_pointer(collection):
        return False
    held = [part for part in _parts(collection) if is_pointer(part)]
    return any(part in held for part in _parts(made))


def _parts(type_: TypeRef) -> Iterator[TypeRef]:
    yield type_
    for arg in type_.args:
        yield from _parts(arg)


def _shortened(steps: tuple[str, ...]) -> tuple[str, ...]:
    """Steps up to the first index or variant: elements belong to their container."""
    for number, step in enumerate(steps):
        if step[0] in "[@":
            return steps[:number]
    return steps


def _leads_on(type_: TypeRef) -> bool:
    """Whether a value without a destructor points into what it was made from."""
    if type_.kind in {"ref", "pointer"}:
        return True
    if type_.kind == "path":
        return type_.last in {"Iter", "IterMut", "NonNull"} or any(_leads_on(arg) for arg in type_.args)
    return type_.kind == "tuple" and any(_leads_on(arg) for arg in type_.args)


def is_manual(flow: FunctionFlow, place: Place) -> bool:
    """Whether memory is in nobody's automatic care: behind a raw pointer, or in a ManuallyDrop."""
    return any(
        _is_manual_type(flow.type_of(Place(place.local, place.steps[:end], place.static)))
        for end in range(len(place.steps) + 1)
    )


def _is_manual_type(type_: TypeRef) -> bool:
    if type_.kind == "unknown" or is_pointer(type_) or type_.name in _CARED_FOR_BY_HAND:
        return True
    return type_.kind in {"ref", "slice", "array"} and _is_manual_type(type_.args[0])


def is_borrowed(flow: FunctionFlow, place: Place) -> bool:
    """Whether the root is a reference that somebody else's value lies behind."""
    return place.local >= 0 and flow.type_of(Place(place.local)).kind == "ref"


def names_of(flow: FunctionFlow, local: int) -> frozenset[int]:
    """The local and those that its value is moved on into: variables, tuples, options, structs, collections."""
    found = {local}
    todo = [local]
    while todo:
        for into in _moves(flow).get(todo.pop(), ()):
            if into not in found:
                found.add(into)
                todo.append(into)
    return frozenset(found)


_kept: WeakKeyDictionary[FunctionFlow, dict[int, list[int]]] = WeakKeyDictionary()


def _moves(flow: FunctionFlow) -> dict[int, list[int]]:
    """Per local, the locals that its value is moved on into; worked out once per body."""
    known = _kept.get(flow)
    if known is None:
        known = _kept[flow] = {}
        for point, operation in flow.graph.points():
            into = _moved_into(flow, point, operation)
            for given in operation.operands if into is not None else ():
                if given.place is None or into is None or "*" in given.place.steps:
                    continue
                if given.place.local != into.local:
                    known.setdefault(given.place.local, []).append(into.local)
    return known


def _moved_into(flow: FunctionFlow, point: Point, operation: Operation) -> Place | None:
    """Where an operation's operands are moved on into."""
    builds = operation.kind == "call" and flow.target(point).kind == "constructor"
    if builds or operation.kind in {"assign", "aggregate"}:
        target = operation.target
        return target if target is not None and target.local >= 0 else None
    collects = operation.callee is not None and operation.callee.name in _COLLECTS
    return argument(operation, 0) if collects else None


def argument(operation: Operation, number: int) -> Place | None:
    """Place of an operand, where there is one."""
    return operation.operands[number].place if len(operation.operands) > number else None


def pointee(flow: FunctionFlow, place: Place) -> TypeRef:
    """What a pointer or reference leads to."""
    type_ = flow.type_of(place)
    return type_.args[0] if type_.kind in {"pointer", "ref"} and type_.args else TypeRef("unknown")


def alive(flow: FunctionFlow, local: int, point: Point) -> bool:
    """Whether a local is dropped if the operation at a point unwinds."""
    return any(dropped.place.local == local for dropped in flow.drops.unwind_drops(point))


def without_references(type_: TypeRef) -> TypeRef:
    """The type that references lead to."""
    while type_.kind == "ref" and type_.args:
        type_ = type_.args[0]
    return type_


def is_pointer(type_: TypeRef) -> bool:
    """Whether a type is a raw pointer, bare or as `NonNull`, with `Option` or without."""
    if type_.last == "Option" and type_.args:
        type_ = type_.args[0]
    return type_.kind == "pointer" or type_.name == "core::ptr::NonNull"


def may_be_copied(flow: FunctionFlow, type_: TypeRef) -> bool:
    """Whether a parameter's trait is of a crate that was not read: it may demand `Copy`."""
    type_ = without_references(type_)
    if type_.kind != "param":
        return any(may_be_copied(flow, arg) for arg in type_.args)
    return any(
        flow.program.crate_of(trait.name) is None and not trait.name.startswith(_LIBRARY)
        for bound in flow.typed.bounds
        if bound.subject == type_
        for trait in bound.traits
    )
