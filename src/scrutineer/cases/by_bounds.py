"""What lengths, checks and loops prove of an index, and of a pointer that was moved by one."""

from __future__ import annotations

from scrutineer.cases.bounds import Bound, Bounds, is_steady
from scrutineer.cases.origin import origin_of
from scrutineer.cases.question import Question
from scrutineer.model.body import Operand, Place
from scrutineer.model.case import Evidence
from scrutineer.model.contract import Property

_INDEXED = frozenset(
    {"slice::get_unchecked", "slice::get_unchecked_mut", "str::get_unchecked", "str::get_unchecked_mut"}
)
_MOVED = frozenset({"pointer::add", "core::ptr::NonNull::add"})
_OF_MOVES: frozenset[Property] = frozenset(("allocated", "in-bounds", "no-overflow"))
_OF_ELEMENTS: frozenset[Property] = frozenset(("non-null", "allocated", "in-bounds", "aligned"))
_VALUES: frozenset[Property] = _OF_ELEMENTS | {"initialised", "valid-value"}


def by_bounds(question: Question) -> Evidence | None:
    """The index lies within the slice, array or vector that the pointer was made of."""
    path, wanted = question.at.target.path, question.wanted.property
    if path in _INDEXED and wanted == "in-bounds":
        return _index(question)
    if path in _MOVED and wanted in _OF_MOVES:
        whole = _whole(question, question.at.operand(0))
        bound = _bound(question, whole, question.at.operand(1)) if whole is not None else None
        return _evidence(question, whole, bound) if whole is not None and bound is not None else None
    if wanted in _VALUES and not question.wanted.extent:
        return _element(question)
    return None


def _index(question: Question) -> Evidence | None:
    operand = question.at.operand(0)
    place = question.flow.values.of(operand).place if operand is not None else None
    whole = place or question.origin.root
    bound = _bound(question, whole, question.at.operand(1)) if whole is not None else None
    return _evidence(question, whole, bound) if whole is not None and bound == "below" else None


def _element(question: Question) -> Evidence | None:
    """The pointer is one that `add` moved to an element."""
    operand, flow = question.operand, question.flow
    place = operand.place if operand is not None else None
    moved = flow.values.only_pointer(place.local) if place is not None and not place.steps else None
    point = flow.point_of(moved) if moved is not None else None
    if moved is None or point is None or flow.target(point).path not in _MOVED or len(moved.operands) < 2:
        return None
    whole = _whole(question, moved.operands[0])
    if whole is None or _bound(question, whole, moved.operands[1]) != "below":
        return None
    if question.wanted.property not in _OF_ELEMENTS and _inner(question, whole) == "alloc::vec::Vec":
        return None
    return _evidence(question, whole, "below")


def _whole(question: Question, operand: Operand | None) -> Place | None:
    """The buffer that a pointer leads to the beginning of."""
    found = origin_of(question.flow, operand)
    exact = found.kind == "buffer" and found.exact and not found.offset
    return found.root if exact else None


def _bound(question: Question, whole: Place, index: Operand | None) -> Bound | None:
    flow, point = question.flow, question.at.point
    if flow.body.closure >= 0 or not is_steady(flow, point, whole):
        return None
    return Bounds(flow, point, whole).of(index)


def _inner(question: Question, whole: Place) -> str:
    type_ = question.flow.type_of(whole)
    return (type_.args[0] if type_.kind == "ref" and type_.args else type_).name


def _evidence(question: Question, whole: Place, bound: Bound) -> Evidence:
    local = question.flow.body.locals[whole.local].name if whole.local >= 0 else whole.static
    name = local + "".join(step for step in whole.steps if step[0] == ".")
    return question.evidence("construction", f"the index is {bound} the length of `{name}`")
