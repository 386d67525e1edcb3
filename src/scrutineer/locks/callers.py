"""A callee's lock as its caller sees it: parameters replaced by arguments, wrappers by the field they lie in."""

from __future__ import annotations

from scrutineer.flow.function import FunctionFlow
from scrutineer.locks.places import Root, field_owner, root_of, written
from scrutineer.locks.summary import Taken
from scrutineer.model.body import Operation, Place
from scrutineer.model.lock import LockId
from scrutineer.program.paths import canonical_path


def from_caller(flow: FunctionFlow, taken: Taken, call: Operation) -> tuple[LockId, Root] | None:
    """The lock that a call takes, and its place from the caller's root; nothing where no argument leads to it.

    A lock inside a generic type (a crate's own `Mutex<T>` around a library's) is one lock per field that has the
    type: there the field names it. The methods of the type itself see their own `self`.
    """
    if taken.parameter == 0:
        root = Root(Place(-1, taken.steps, taken.static))
        return (LockId(taken.lock.owner, taken.lock.field, taken.lock.path), root) if taken.static else None
    if taken.parameter > len(call.operands):
        return None
    place = call.operands[taken.parameter - 1].place
    if place is None:
        return None
    base = root_of(flow, place)
    whole = Place(base.place.local, (*base.place.steps, *taken.steps), base.place.static)
    root = Root(whole, base.exact and taken.exact)
    path = written(flow, whole)
    own = not base.place.steps and base.place.local >= 1 and flow.body.locals[base.place.local].name == "self"
    if own or not taken.lock.owner or not flow.program.resolver.parameters(taken.lock.owner):
        return LockId(taken.lock.owner, taken.lock.field, path), root
    owner = field_owner(flow, base.place)
    if owner:
        return LockId(owner, base.place.steps[-1][1:], written(flow, base.place)), root
    if base.place.static and not base.place.steps:
        found = flow.program.resolve(base.place.static, flow.typed.scope, "values")
        return LockId("", found.path or base.place.static, base.place.static), root
    function = canonical_path(flow.program, flow.entry)
    return LockId("", f"{function}::{path}", path), root
