"""What `&mut` proves of a cell: nobody else reaches what is only reached through it."""

from __future__ import annotations

from scrutineer.cases.question import Question
from scrutineer.cases.uses import is_used_after
from scrutineer.model.body import Place
from scrutineer.model.case import Evidence
from scrutineer.model.types import TypeRef
from scrutineer.program.fields import parts_of
from scrutineer.program.program import Program

_DEEPEST = 5
_CELLS = frozenset({"core::cell::UnsafeCell", "core::cell::Cell", "core::cell::RefCell"})
_OWNERS = frozenset({"alloc::boxed::Box", "core::mem::ManuallyDrop"})


def by_exclusion(question: Question) -> Evidence | None:
    """The cell lies in a variable of this body, or behind `&mut` alone, and nothing else here uses it meanwhile."""
    flow, origin, point = question.flow, question.origin, question.at.point
    if question.wanted.property not in {"no-alias", "no-data-race"} or origin.kind != "cell":
        return None
    place = origin.root
    if place is None or origin.offset or not origin.exact or not _is_exclusive(question, place):
        return None
    if flow.graph.reaches(point, point) or is_used_after(flow, point, place, lambda _: False):
        return None
    return question.evidence(
        "type", "the cell is reached through `&mut` alone, and not used otherwise meanwhile", origin.span
    )


def _is_exclusive(question: Question, place: Place) -> bool:
    """Whether the place lies in or behind a parameter of this body, with nothing shared on the way.

    A value that is pinned may be known to others by its address: those do not go through the reference.
    """
    flow = question.flow
    if flow.body.closure >= 0 or not 1 <= place.local <= flow.body.parameters:
        return False
    through = flow.answers.place(place).through
    whole = flow.type_of(Place(place.local))
    if flow.type_of(place).name not in _CELLS:
        return False  # `get` saw through an owner on its way: an `Rc` has others
    alone = all((type_.kind == "ref" and type_.mutable) or type_.name in _OWNERS for type_ in through)
    return alone and not _holds_pinned(
        flow.program, whole.args[0] if whole.kind == "ref" else whole, _DEEPEST
    )


def _holds_pinned(program: Program, type_: TypeRef, depth: int) -> bool:
    if type_.name in {"core::marker::PhantomPinned", "core::pin::Pin"}:
        return True
    parts = parts_of(program, type_) if depth and type_.kind == "path" else list(type_.args)
    return any(_holds_pinned(program, part, depth - 1) for part in parts or [] if depth)
