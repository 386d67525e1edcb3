"""`match`: arms, guards, and arms under a cfg predicate."""

from __future__ import annotations

from typing import NamedTuple

from tree_sitter import Node

from scrutineer.facts.lower.attributes import attributes_of, cfg_of
from scrutineer.facts.lower.conditions import lower_condition
from scrutineer.facts.lower.decide import bind_one, decide, declare_binding
from scrutineer.facts.lower.expression import expression, lower_into, lower_place
from scrutineer.facts.lower.patterns import Candidate, candidates, parts_of_pattern
from scrutineer.facts.lower.scopes import (
    bind_name,
    close_scope,
    forget_names,
    open_scope,
    schedule,
)
from scrutineer.facts.lower.source import span_of
from scrutineer.facts.lower.state import DEAD, Builder, goto, new_block, start, terminate
from scrutineer.model.body import Place


class Arm(NamedTuple):
    """One arm, or one alternative of an arm whose guard has a `let` (it is lowered once per alternative)."""

    node: Node
    guard: Node | None
    predicate: str
    candidates: list[Candidate]


@expression("match_expression")
def lower_match(builder: Builder, node: Node, target: Place | None) -> None:
    """Lower a `match`; the scrutinee's temporaries belong to what surrounds it."""
    value = node.child_by_field_name("value")
    assert value is not None
    lower_match_on(builder, node, lower_place(builder, value), target)


def lower_match_on(builder: Builder, node: Node, place: Place, target: Place | None) -> None:
    """Lower the arms of a `match` on a place."""
    body = node.child_by_field_name("body")
    assert body is not None
    arms = [
        arm for child in body.children if child.type == "match_arm" for arm in _arms(builder, child, place)
    ]
    lower_arms(builder, node, arms, target)


def lower_arms(builder: Builder, node: Node, arms: list[Arm], target: Place | None) -> None:
    """Lower arms that are tried in order, one of which holds."""
    span = span_of(builder, node)
    after = new_block(builder)
    tried = [
        (candidate, new_block(builder), arm.guard is not None or bool(arm.predicate))
        for arm in arms
        for candidate in arm.candidates
    ]
    failed = decide(builder, tried, span, None)
    at = 0
    for arm in arms:
        end = at + len(arm.candidates)
        blocks = [block for _, block, _ in tried[at:end]]
        _lower_arm(builder, arm, blocks, failed[at:end], target)
        goto(builder, span, after)
        at = end
    start(builder, after)


def _arms(builder: Builder, node: Node, place: Place) -> list[Arm]:
    pattern = node.child_by_field_name("pattern")
    assert pattern is not None
    guard = pattern.child_by_field_name("condition")
    found = candidates(builder, parts_of_pattern(pattern)[0], place)
    attributes = attributes_of(node)
    predicate = cfg_of(builder, attributes) if attributes else ""
    if guard is not None and guard.type in {"let_condition", "let_chain"}:
        return [Arm(node, guard, predicate, [candidate]) for candidate in found]
    return [Arm(node, guard, predicate, found)]


def _lower_arm(
    builder: Builder, arm: Arm, blocks: list[int], failed: list[int], target: Place | None
) -> None:
    span = span_of(builder, arm.node)
    depth, mark, outer, cfg = len(builder.stack), len(builder.undo), builder.temporaries, builder.cfg
    scope = builder.temporaries = open_scope(builder, "arm", span)
    if arm.predicate:
        builder.cfg = f"all({cfg}, {arm.predicate})" if cfg else arm.predicate
    known: dict[str, int] = {}
    body = new_block(builder)
    for candidate, block, fails in zip(arm.candidates, blocks, failed, strict=True):
        start(builder, block)
        if arm.predicate:
            inside = new_block(builder)
            labels = (arm.predicate, f"not({arm.predicate})")
            terminate(builder, "cfg", span, (inside, _reach(builder, fails)), None, labels)
            start(builder, inside)
        _enter(builder, arm, candidate, known, scope, _reach(builder, fails) if arm.guard else DEAD, depth)
        goto(builder, span, body)
    start(builder, body)
    for name, local in known.items():
        bind_name(builder, name, local)
    value = arm.node.child_by_field_name("value")
    if value is not None:
        lower_into(builder, value, target)
    close_scope(builder, span)
    builder.temporaries, builder.cfg = outer, cfg
    forget_names(builder, mark)


def _reach(builder: Builder, block: int) -> int:
    """The block to go to when an arm does not hold; one that ends if no other arm is left."""
    return new_block(builder) if block == DEAD else block


def _enter(
    builder: Builder,
    arm: Arm,
    candidate: Candidate,
    known: dict[str, int],
    scope: int,
    fails: int,
    depth: int,
) -> None:
    """From a candidate that matches to the arm's body: references bound, guard, values bound.

    A guard sees what will be moved as the place where it still is.
    """
    new: list[str] = []
    for binding in candidate.bindings:
        if binding.name not in known:
            known[binding.name] = declare_binding(builder, binding, scope)
            new.append(binding.name)
    if arm.guard is not None:
        mark = len(builder.undo)
        for binding in candidate.bindings:
            if binding.reference:
                bind_one(builder, binding, known[binding.name])
            bind_name(builder, binding.name, known[binding.name] if binding.reference else binding.place)
        lower_condition(builder, arm.guard, fails, depth)
        names = {name: builder.names[name] for name, _ in builder.undo[mark + len(candidate.bindings) :]}
        forget_names(builder, mark)
        for name, meaning in names.items():
            bind_name(builder, name, meaning)
    for binding in candidate.bindings:
        if arm.guard is None or not binding.reference:
            bind_one(builder, binding, known[binding.name])
        if binding.name in new:
            schedule(builder, known[binding.name], scope, not binding.reference)
