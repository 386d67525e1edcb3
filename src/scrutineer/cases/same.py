"""When two values of a body are one."""

from __future__ import annotations

from scrutineer.flow.values import Value
from scrutineer.model.body import Place


def same(left: Value, right: Value) -> bool:
    """Whether two values are one, dereferences and borrows aside."""
    return left.kind != "unknown" and plain(left) == plain(right)


def plain(value: Value) -> Value:
    """A value without the borrows and dereferences around it."""
    while value.kind in {"borrow", "cast"} and value.args and value.name in {"", "mut"}:
        value = value.args[0]
    if value.place is not None:
        steps = tuple(step for step in value.place.steps if step != "*")
        return Value("place", place=Place(value.place.local, steps, value.place.static))
    return value
