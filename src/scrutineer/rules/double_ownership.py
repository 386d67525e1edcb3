"""Memory with two owners, or with none any more."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.flow.function import FunctionFlow
from scrutineer.model.finding import Related
from scrutineer.model.types import TypeRef
from scrutineer.program.entries import FunctionEntry
from scrutineer.rules.dangling.moved import moved
from scrutineer.rules.dangling.pointers import Doubled, freed, outlived, stale
from scrutineer.rules.draft import Draft
from scrutineer.rules.ownership.borrowed import taken
from scrutineer.rules.ownership.clones import half_moved
from scrutineer.rules.ownership.destructors import Destructors, cloned, consumed, copied
from scrutineer.rules.ownership.given import Given, given
from scrutineer.rules.ownership.shared import bitwise, loaded, shared
from scrutineer.rules.ownership.twice import twice
from scrutineer.rules.rule import Rule
from scrutineer.rules.unit import Unit


def check(unit: Unit) -> Iterator[Draft]:
    """Report each second owner that is dropped too, and each pointer that is used after its memory is gone."""
    destructors = Destructors(unit)
    for entry in unit.program.functions:
        unsafe = unit.has_unsafe(entry) or entry.item.name == "clone"
        if entry.item.body_span is None or not (unsafe or _may_return_into(unit, entry)):
            continue
        flow = unit.flows.of(entry.index)
        for body in flow.all_bodies() if flow is not None else ():
            found = [*outlived(body)]
            if unsafe:
                found += [
                    *twice(body),
                    *shared(body),
                    *loaded(body),
                    *bitwise(body),
                    *freed(body),
                    *stale(body),
                    *moved(body),
                    *taken(body),
                ]
                found += [*consumed(body, destructors), *cloned(body, destructors), *half_moved(unit, body)]
            yield from _drafts(unit, body, found)
    yield from _copies(unit, destructors)
    for owner in given(unit, destructors):
        yield _given(unit, owner)


def _may_return_into(unit: Unit, entry: FunctionEntry) -> bool:
    """Whether a function without unsafe code returns a pointer that it may take of something of its own."""
    path = unit.program.files[entry.file].path
    body = entry.item.body_span
    if body is None or not unit.has_file(path) or not _returns_pointer(entry.item.result):
        return False
    return b".as_ptr()" in unit.text(path)[body.start : body.end]


def _returns_pointer(type_: TypeRef) -> bool:
    return type_.kind == "pointer" or any(_returns_pointer(arg) for arg in type_.args)


def _drafts(unit: Unit, flow: FunctionFlow, found: list[Doubled]) -> Iterator[Draft]:
    told = set()
    for doubled in found:
        if doubled.point not in told:
            told.add(doubled.point)
            yield Draft(
                path=flow.path,
                span=flow.place_span(doubled.point),
                message=doubled.message,
                class_=doubled.class_,
                related=_related(unit, flow, doubled),
                help="let one owner go (`mem::forget`, `ManuallyDrop`), or keep the owner for as long as its pointer",
            )


def _related(unit: Unit, flow: FunctionFlow, doubled: Doubled) -> tuple[Related, ...]:
    """The other end, where there is one."""
    if not doubled.note:
        return ()
    return (unit.related(flow.path, flow.place_span(doubled.other), doubled.note),)


def _copies(unit: Unit, destructors: Destructors) -> Iterator[Draft]:
    for entry in unit.program.types:
        freed_by = copied(unit, entry, destructors)
        if freed_by is None:
            continue
        facts = unit.program.files[entry.file]
        at = freed_by.flow.place_span(freed_by.point)
        yield Draft(
            path=facts.path,
            span=entry.item.name_span,
            message=f"`derive(Clone)` copies the pointer `{freed_by.field[1:]}` that `Drop` frees: twice, then",
            related=(unit.related(freed_by.flow.path, at, "freed here"),),
            help="write `clone` so that it makes a new allocation or counts its owners",
        )


def _given(unit: Unit, owner: Given) -> Draft:
    freed = owner.freed
    return Draft(
        path=owner.path,
        span=owner.span,
        message=f"{owner.why} lets safe code choose the pointer that `Drop` frees, also one that has an owner",
        related=(unit.related(freed.flow.path, freed.flow.place_span(freed.point), "freed here"),),
        help="make the field private and the constructor unsafe, with a contract that asks for ownership",
    )


RULE = Rule(
    id="double-ownership",
    summary="memory with two owners that both drop it, and pointers into memory that is gone",
    classes=("double-free", "dangling"),
    level="warning",
    confidence="medium",
    since="0.1.0",
    check=check,
)
