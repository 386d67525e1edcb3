"""Who takes a value out of a field that nothing drops by itself, and whether dropping the whole can find it taken."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from scrutineer.cases.asked import Asked
from scrutineer.cases.by_ownership import COPIES, by_ownership
from scrutineer.cases.field_writers import FieldWriters
from scrutineer.cases.located import SiteAt, locate
from scrutineer.cases.origin import origin_of
from scrutineer.cases.question import Question
from scrutineer.cases.reads import FieldRead, fields_of_place
from scrutineer.cases.uses import is_used_after
from scrutineer.flow.function import Flows, FunctionFlow
from scrutineer.model.body import Place
from scrutineer.model.case import Evidence
from scrutineer.model.contract import Precondition
from scrutineer.model.site import Site
from scrutineer.program.paths import canonical_path
from scrutineer.program.properties import DROP

_KEEPER = "core::mem::ManuallyDrop"
_OWNED = Asked(Precondition(property="owned", words="", position=0), "")


class Takers:
    """Sites that copy or take a value out of a field, by field."""

    def __init__(self, flows: Flows, writers: FieldWriters, sites: Callable[[], tuple[Site, ...]]) -> None:
        """Nothing is searched yet."""
        self.flows = flows
        self.writers = writers
        self._list = sites

    @cached_property
    def _by_field(self) -> dict[FieldRead, list[SiteAt]]:
        found: dict[FieldRead, list[SiteAt]] = {}
        for site in self._list():
            at = locate(self.flows, site) if site.callee in COPIES and not site.test else None
            place = _taken(at.flow, at) if at is not None else None
            if at is not None and place is not None:
                for field in list(fields_of_place(at.flow, place))[-1:]:
                    found.setdefault(field, []).append(at)
        return found

    def by_drop(self, question: Question) -> tuple[Evidence, ...]:
        """The destructor takes out a field, once, and no value that is dropped has had it taken out before.

        One piece of evidence is the destructor's, and one is of each other function that takes the field out.
        """
        flow, at = question.flow, question.at
        if question.wanted.property != "owned" or at.target.path not in COPIES or not _is_destructor(flow):
            return ()
        place = _taken(flow, at)
        fields = list(fields_of_place(flow, place)) if place is not None else []
        if place is None or place.local != 1 or not fields or flow.type_of(place).name != _KEEPER:
            return ()
        again = flow.graph.reaches(at.point, at.point) or is_used_after(
            flow, at.point, place, lambda _: False
        )
        if again or self.writers.boundary(fields[-1]).reach == "world":
            return ()
        others = [each for each in self._by_field[fields[-1]] if each.site != at.site]
        if not all(_is_not_dropped(each) or _puts_back(each, fields[-1]) for each in others):
            return ()
        own = question.evidence("writers", f"a value is dropped once, and holds `{fields[-1]}` then")
        return (own, *(_witness(each) for each in others))


def _witness(at: SiteAt) -> Evidence:
    name = canonical_path(at.flow.program, at.flow.entry)
    how = "keeps the value from being dropped" if _is_not_dropped(at) else "puts it back"
    return Evidence(kind="writers", text=f"`{name}` takes it out and {how}", location=at.site.location)


def _taken(flow: FunctionFlow, at: SiteAt) -> Place | None:
    operands = at.operation.operands
    found = origin_of(flow, operands[0] if operands else None)
    return found.root if found.kind == "reference" and found.exact and not found.offset else None


def _is_destructor(flow: FunctionFlow) -> bool:
    item = flow.entry.item
    if item.name != "drop" or item.impl_ < 0 or flow.body.closure >= 0:
        return False
    return flow.program.resolver.scope_of(flow.entry).trait == DROP


def _is_not_dropped(at: SiteAt) -> bool:
    question = Question(at, _OWNED, _OWNED.precondition, at.operand(0))
    return by_ownership(question) is not None


def _puts_back(at: SiteAt, field: FieldRead) -> bool:
    """Whether the same function assigns the field, as a guard against unwinding does in a closure."""
    return any(
        operation.target is not None and field in fields_of_place(flow, operation.target)
        for flow in at.flow.all_bodies()
        for _, operation in flow.graph.points()
        if operation.kind not in {"drop", "storage_dead"}
    )
