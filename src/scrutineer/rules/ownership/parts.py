"""Functions of the crate that give back a part of what they were given: `fn handle(&self) -> *mut T { self.0 }`."""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakKeyDictionary

from scrutineer.flow.function import FunctionFlow
from scrutineer.model.body import Operation, Place

_known: WeakKeyDictionary[FunctionFlow, Place | None] = WeakKeyDictionary()
Follow = Callable[[FunctionFlow, Place], Place]


def given_back(flow: FunctionFlow, call: Operation, follow: Follow) -> Place | None:
    """The caller's place that a call gives back, or gives a pointer into; nothing where that is not certain.

    `follow` says what a place of the called function was made from. Only functions with one result, which is a
    parameter's part, are certain.
    """
    point = flow.point_of(call)
    target = flow.target(point) if point is not None else None
    if target is None or target.kind != "resolved" or target.crate != flow.program.root:
        return None
    inner = flow.flow_of(target.function)
    part = _part(inner, follow) if inner is not None else None
    if part is None or len(call.operands) < part.local:
        return None
    given = call.operands[part.local - 1].place
    return Place(given.local, given.steps + part.steps, given.static) if given is not None else None


def _part(inner: FunctionFlow, follow: Follow) -> Place | None:
    """The part of a parameter that a function's only result is made from."""
    if inner not in _known:
        _known[inner] = None  # what a function gives back by calling itself is not known
        setters = [setter for setter in inner.sources.setters(0) if setter.target == Place(0)]
        if len(setters) == 1:
            part = follow(inner, Place(0))
            if inner.sources.is_parameter(part) and not any(step[0] in "[@" for step in part.steps):
                _known[inner] = Place(part.local, tuple(step for step in part.steps if step != "*"))
    return _known[inner]
