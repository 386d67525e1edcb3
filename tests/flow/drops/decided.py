"""Static decisions of `flow/` against what happened when bodies ran."""

from __future__ import annotations

from collections import Counter

from frame import Seen

from scrutineer.flow.drops import Drops
from scrutineer.flow.graph import Graph, Point
from scrutineer.flow.typing import Answer
from scrutineer.model.body import Body, Operation, Place


class Witnessed:
    """A typing that knows what was seen at run time: what was not reached stays unknown."""

    def __init__(self, body: Body, seen: Seen) -> None:
        self.seen = seen
        self.points = {
            id(operation): (block, at)
            for block, each in enumerate(body.blocks)
            for at, operation in enumerate(each.operations)
        }

    def needs_drop(self, place: Place) -> Answer:
        return "yes" if not place.steps and place.local in self.seen.noisy else "unknown"

    def moves(self, operation: Operation, operand: int) -> Answer:
        answers = self.seen.moved.get((*self.points[id(operation)], operand), set())
        return "unknown" if not answers else "yes" if True in answers else "no"

    def rest(self, place: Place, moved: tuple[str, ...]) -> Answer:
        whole = {"T": {"0", "1"}, "O": {"0"}}
        del place
        return "no" if set(moved) >= whole["T"] else "unknown"

    def variant(self, place: Place, label: str, others: tuple[str, ...]) -> Answer:
        del place, others
        return "no" if label in {"None", "E::C", "C"} else "unknown"

    def fields(self, place: Place) -> tuple[str, ...] | None:
        return self.seen.fields.get(place)


def contradictions(body: Body, seen: Seen, tally: Counter[str]) -> list[str]:
    """Decisions that a run has shown to be wrong; the tally counts decisions by their certainty."""
    drops = Drops(body, Graph(body), Witnessed(body, seen))
    found: list[str] = []
    for (block, at), outcomes in seen.dropped.items():
        decision = drops.decision(Point(block, at))
        tally[decision.real] += 1
        if decision.real == "no" and any(outcomes - {None, ()}):
            found.append(f"dropped, though it should not: {decision}")
        if decision.real == "yes" and None in outcomes:
            found.append(f"not there to be dropped: {decision}")
    for (block, at), ways in seen.unwound.items():
        decisions = {each.place.local: each.real for each in drops.unwind_drops(Point(block, at))}
        for local, state in {entry for way in ways for entry in way}:
            tally[f"unwinding {decisions.get(local, 'no')}"] += 1
            if state == "alive" and local not in decisions:
                found.append(f"unwinding at {block}.{at} drops {local}, though it should not")
            if state == "absent" and decisions.get(local) == "yes":
                found.append(f"unwinding at {block}.{at} finds nothing in {local}")
    return found


def with_closures(body: Body) -> list[Body]:
    """A body and all bodies inside it."""
    return [body, *(inner for closure in body.closures for inner in with_closures(closure))]
