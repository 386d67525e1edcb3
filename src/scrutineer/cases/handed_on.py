"""An obligation about a parameter, as the function's callers have it: bound to their argument."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scrutineer.cases.asked import Asked, parameter_names
from scrutineer.cases.question import Question
from scrutineer.cases.reads import FieldRead, fields_of_place
from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.flow.values import Value
from scrutineer.model.body import Operand, Place
from scrutineer.model.contract import Property
from scrutineer.model.types import TypeRef

_UNBOUND: frozenset[Property] = frozenset(("other", "send", "sync", "unreachable"))
_CHECKED: frozenset[Property] = frozenset(("no-alias", "no-data-race", "owned", "initialised", "valid-value"))
"""What a look behind the pointer can show; then it is not the caller who shows it."""
_SHARED: frozenset[Property] = frozenset(("no-alias", "no-data-race"))
_OF_ALL: frozenset[Property] = frozenset(("invariant", "same-allocation", "no-overlap"))
"""What concerns all arguments of a call together."""
_SURFACE = frozenset({".is_null", ".addr", ".is_aligned"})
_PURE = frozenset(
    {
        ".add",
        ".sub",
        ".offset",
        ".cast",
        ".as_ptr",
        ".as_mut_ptr",
        ".len",
        ".wrapping_add",
        ".wrapping_sub",
        ".cast_mut",
    }
)
_FREES = frozenset({"from_raw", "from_raw_parts", "dealloc", "deallocate", "realloc", "free"})


def handed_on(question: Question) -> Asked | None:
    """What the callers are asked in its place; nothing where the operand is not simply theirs.

    Theirs is a parameter, or what lies in or behind one, as it was when the function was called: moved by
    parameters and constants only, and not freed before.
    """
    flow, wanted = question.flow, question.wanted
    if flow.body.closure >= 0 or wanted.property in _UNBOUND or wanted.position < 0:
        return None
    place = _parameter(question)
    if place is None or _was_freed(question, place) or _is_looked_at(question, place):
        return None
    if wanted.property in _OF_ALL and not _only_hands_on(question):
        return None
    extent = _extent(question)
    if extent is None:
        return None
    names = parameter_names(flow.entry.item)
    number = place.local - 1
    if number >= len(names):
        return None
    words = wanted.words.replace(f"`{wanted.parameter}`", f"`{_written(names[number], place)}`")
    return msgspec.structs.replace(
        question.asked,
        precondition=msgspec.structs.replace(
            wanted,
            words=words,
            parameter=names[number],
            position=number,
            steps=place.steps,
            extent=extent,
            alternatives=(),
        ),
    )


def written_fields(flow: FunctionFlow) -> Iterator[tuple[Place, FieldRead]]:
    """Fields of the crate's types, in or behind parameters, that a function assigns or lends mutably; each once."""
    seen = set[FieldRead]()
    for _, operation in flow.graph.points():
        lent = operation.kind in {"borrow", "raw_borrow"} and operation.mutable
        places = [operation.target] if operation.target is not None else []
        places += [each.place for each in operation.operands if each.place and (lent or each.mode == "write")]
        for written in places:
            place = flow.values.of_place(written).place or written
            if operation.kind in {"drop", "storage_dead"} or not 1 <= place.local <= flow.body.parameters:
                continue
            for field in fields_of_place(flow, place):
                if field not in seen:
                    seen.add(field)
                    yield place, field


def _written(name: str, place: Place) -> str:
    return name + "".join(step for step in place.steps if step[0] == ".")


def _parameter(question: Question) -> Place | None:
    """The parameter, or the place in or behind it, that the operand is."""
    flow = question.flow
    root = question.origin.root
    if root is None:
        root = flow.values.of(question.operand).place
    if root is None or not 1 <= root.local <= flow.body.parameters:
        return None
    if any(step[0] in "[@" for step in root.steps):
        return None
    start = Point(0, 0)
    return None if flow.writes.written_between(start, question.at.point, [root]) else root


def _was_freed(question: Question, place: Place) -> bool:
    """Whether a call before the site may have freed what the parameter points to."""
    flow = question.flow
    for point, operation in flow.graph.points():
        if operation.kind != "call" or flow.target(point).name not in _FREES or point == question.at.point:
            continue
        given = (read for each in operation.operands for read in flow.values.of(each).places())
        same = any(each.local == place.local for each in given)
        if same and flow.graph.reaches(point, question.at.point):
            return True
    return False


def _is_looked_at(question: Question, place: Place) -> bool:
    """Whether a check in the function decides that the site may be reached: "if it is unique", "if it was the last".

    Whether to give something up (`owned`) any check can decide but one of the pointer itself.
    """
    wanted = question.wanted.property
    if wanted not in _CHECKED:
        return False
    for check in question.flow.checks.at(question.at.point):
        parts = [*check.fact.left.walk(), *(check.fact.right.walk() if check.fact.right is not None else ())]
        surface = any(part.kind == "call" and part.name in _SURFACE for part in parts)
        if wanted == "owned" and not surface:
            return True
        if any(_looks(part, place, anywhere=wanted in _SHARED) for part in parts):
            return True
    return False


def _looks(part: Value, place: Place, *, anywhere: bool) -> bool:
    """Whether a part of a condition reads behind a pointer, or is the answer of a function that may."""
    if part.kind == "call" and part.name not in _SURFACE:
        return anywhere or any(arg.place == place for arg in part.args)
    read = part.place
    return read is not None and place.is_prefix_of(read) and "*" in read.steps[len(place.steps) :]


def _only_hands_on(question: Question) -> bool:
    """Whether the call is made of the function's own parameters: what it changes is then the caller's to know."""
    return all(_is_theirs(question.flow, each) for each in question.at.operation.operands)


def _extent(question: Question) -> str | None:
    """How much memory is meant beyond one value of the parameter's own type; None where that is not theirs to know."""
    wanted, origin = question.wanted, question.origin
    said = [wanted.extent] if wanted.extent else []
    amount = question.at.operand(1) if question.moves and wanted.position == 0 else None
    if origin.offset or amount is not None:
        operand = amount or question.operand
        if operand is None or not _is_theirs(question.flow, operand):
            return None
        said.append("moved as the function does")
    pointee = _pointee(question)
    if not origin.exact and pointee is not None:
        said.append(f"as `{pointee}`")
    return ", ".join(said)


def _is_theirs(flow: FunctionFlow, operand: Operand) -> bool:
    """Whether a value is computed of parameters and constants alone, by arithmetic and pointer methods."""
    for part in flow.sources.parts(operand):
        if part.kind in {"unknown", "aggregate"}:
            return False
        if (
            part.kind == "place"
            and part.place is not None
            and not 1 <= part.place.local <= flow.body.parameters
        ):
            return False
        if part.kind == "call" and part.name not in _PURE:
            return False
    return True


def _pointee(question: Question) -> TypeRef | None:
    place = question.operand.place if question.operand is not None else None
    type_ = question.flow.type_of(place) if place is not None else None
    return type_.args[0] if type_ is not None and type_.args else None
