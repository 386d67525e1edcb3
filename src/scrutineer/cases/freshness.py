"""Whether a variable that a body makes is still nowhere else at a point."""

from __future__ import annotations

import re

from scrutineer.cases.located import SiteAt
from scrutineer.flow.graph import Point
from scrutineer.model.body import Operation, Place

_CREATED = re.compile(
    r"\b(?:just|newly|freshly) (?:been )?(?:created|allocated|made|constructed|boxed|leaked)\b"
    r"|\b(?:not|never) (?:yet )?(?:been )?(?:shared|published|stored|escaped|visible|reachable)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"`([a-z_]\w*)`")
_STORES = frozenset({"push", "push_back", "push_front", "insert", "store", "swap", "set", "send", "replace"})


def fresh_variable(at: SiteAt, words: str) -> int | None:
    """The variable made in this body that a claim names and calls fresh; None where it names none."""
    if not _CREATED.search(words) or at.flow.body.closure >= 0:
        return None
    names = set(_NAME.findall(words))
    for number, local in enumerate(at.flow.body.locals):
        if (
            local.name in names
            and local.kind == "variable"
            and at.flow.values.only_pointer(number) is not None
        ):
            return number
    return None


def is_fresh(at: SiteAt, words: str) -> bool:
    """Whether a claim names a variable of this body that no operation before the site stored, lent or handed out."""
    local = fresh_variable(at, words)
    return local is not None and not any(
        _gives_away(operation, local)
        for point, operation in at.flow.graph.points()
        if point != at.point and at.flow.graph.reaches(point, at.point)
    )


def _gives_away(operation: Operation, local: int) -> bool:
    """Whether an operation lets anything but this body have the variable, or another name of it."""
    if operation.kind in {"drop", "storage_dead"}:
        return False
    return any(each.place == Place(local) for each in operation.operands)


def stored_before(at: SiteAt, local: int) -> Point | None:
    """Where, on every way to the site, the variable itself was put into a field, a static or a container that is not this body's."""
    for point, operation in at.flow.graph.points():
        if at.flow.graph.dominates(point, at.point) and point != at.point and _stores(at, operation, local):
            return point
    return None


def _stores(at: SiteAt, operation: Operation, local: int) -> bool:
    taken = [each.place for each in operation.operands[1:]]
    if operation.kind == "call" and operation.callee is not None and operation.callee.name in _STORES:
        receiver = operation.operands[0].place if operation.operands else None
        return Place(local) in taken and receiver is not None and _is_outside(at, receiver)
    given = operation.operands[0].place if operation.operands else None
    target = operation.target
    return (
        operation.kind == "assign"
        and given == Place(local)
        and target is not None
        and _is_outside(at, target)
    )


def _is_outside(at: SiteAt, place: Place) -> bool:
    """Whether a place lies in a static, or in what a parameter refers to."""
    root = at.flow.values.of_place(place).place or place
    return bool(root.static) or (1 <= root.local <= at.flow.body.parameters and bool(root.steps))
