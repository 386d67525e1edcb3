"""Places seen through temporaries: the one way that two operations of a body name one object."""

from __future__ import annotations

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.model.body import Operation, Place
from scrutineer.model.types import TypeRef
from scrutineer.program.fields import fields_of

_SAME_OBJECT = frozenset(
    {
        "clone",
        "deref",
        "deref_mut",
        "as_ref",
        "as_mut",
        "borrow",
        "get_ref",
        "as_deref",
        "as_arc_borrow",
        "into",
    }
)
"""Methods whose result stands for the object that the receiver stands for: smart pointers and references."""
_OPENS = frozenset({"get", "raw_get", "as_ptr"})
_CELLS = frozenset({"core::cell::UnsafeCell", "kernel::types::Opaque", "core::cell::SyncUnsafeCell"})
"""Types whose `get` gives a pointer to what they hold, which has no other name."""
_DEEPEST = 8


class Root(msgspec.Struct, frozen=True):
    """A place from its root: a parameter, a static, a capture, or a local that nothing explains.

    `steps` have no dereferences. `exact` is false where a call stands on the way, so that naming the place twice need
    not mean one object.
    """

    place: Place
    exact: bool = True

    @property
    def fields(self) -> tuple[str, ...]:
        """Steps from the root."""
        return self.place.steps


def root_of(flow: FunctionFlow, place: Place, depth: int = _DEEPEST) -> Root:
    """Where a place lies, seen through borrows, copies, smart pointers and accessors."""
    plain = Place(place.local, tuple(step for step in place.steps if step != "*"), place.static)
    definition = definition_of(flow, place.local) if depth else None
    if definition is None:
        return Root(plain)
    base = _source(flow, definition)
    if base is None:
        return Root(plain)
    inner, exact = base
    found = root_of(flow, inner, depth - 1)
    whole = Place(found.place.local, (*found.place.steps, *plain.steps), found.place.static)
    return Root(whole, exact and found.exact)


def definition_of(flow: FunctionFlow, local: int) -> Operation | None:
    """The only operation that sets a local; of a reference also where something is written through it."""
    if local < 0:
        return None
    found = flow.values.definition(local)
    if found is None and flow.typed.locals[local].kind in {"ref", "pointer"}:
        return flow.values.only_assignment(local)
    return found


def _source(flow: FunctionFlow, definition: Operation) -> tuple[Place, bool] | None:
    """The place that a local with this definition stands for, and whether it is exactly that."""
    operands = definition.operands
    if not operands or operands[0].place is None:
        return None
    place = operands[0].place
    if definition.kind in {"borrow", "raw_borrow", "assign", "cast"}:
        return place, True
    if definition.kind == "call" and definition.callee is not None and len(operands) == 1:
        name = definition.callee.name.rpartition("::")[2]
        if name in _SAME_OBJECT and flow.type_of(place).kind in {"path", "ref", "param"}:
            return place, True
        if name in _OPENS and flow.type_of(place).name in _CELLS:
            return place, True
        if definition.callee.form == "method" and _gives_reference(flow, definition):
            return place.then(f".{name}()"), False
    return None


def _gives_reference(flow: FunctionFlow, definition: Operation) -> bool:
    assert definition.target is not None
    return flow.type_of(definition.target).kind == "ref"


def field_owner(flow: FunctionFlow, place: Place) -> str:
    """Full path of the type that declares the last field of a place; empty if that is not known."""
    if not place.steps or place.steps[-1][0] != ".":
        return ""
    before = flow.type_of(Place(place.local, place.steps[:-1], place.static))
    return owner_of(flow, before, place.steps[-1][1:])


def owner_of(flow: FunctionFlow, type_: TypeRef, field: str) -> str:
    """The type among those that a value dereferences to which declares a field."""
    for seen in flow.answers.steps.chain(type_, pointers=True):
        if seen.kind == "path" and field in (fields_of(flow.program, seen) or {}):
            return seen.name
    return ""


def written(flow: FunctionFlow, place: Place) -> str:
    """A place as the source would write it: `self.owner.inner`."""
    name = place.static or (flow.body.locals[place.local].name if place.local >= 0 else "")
    return "".join([name or "_", *(step for step in place.steps if step[0] in ".[")])
