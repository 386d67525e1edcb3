"""Patterns into branches: which candidate holds, and the bindings that it makes.

Candidates are tried in order. As many as test the same place first share one `match` terminator; a candidate that
may still fail after that test (a nested pattern, a guard) ends the group, because what follows it is then tried.
"""

from __future__ import annotations

from tree_sitter import Node

from scrutineer.facts.lower.expression import assign
from scrutineer.facts.lower.patterns import Binding, Candidate, Test
from scrutineer.facts.lower.scopes import declare, schedule
from scrutineer.facts.lower.source import span_of
from scrutineer.facts.lower.state import DEAD, Builder, emit, goto, new_block, start, terminate
from scrutineer.model.body import Operand, Place
from scrutineer.model.span import Span


def decide(
    builder: Builder, tried: list[tuple[Candidate, int, bool]], span: Span, otherwise: int | None
) -> list[int]:
    """Branch to the block of the first candidate that holds, or to `otherwise` (None: one of them holds).

    `tried`: candidate, its block, and whether that block may come back (a guard). Returns, per candidate, the
    block to go to if it turns out not to hold after all.
    """
    failed = [DEAD] * len(tried)
    at = 0
    while at < len(tried):
        at = _group(builder, tried, at, span, otherwise, failed)
    if builder.block != DEAD:
        if otherwise is None:
            terminate(builder, "unreachable", span)
        else:
            goto(builder, span, otherwise)
    return failed


def _group(
    builder: Builder,
    tried: list[tuple[Candidate, int, bool]],
    at: int,
    span: Span,
    otherwise: int | None,
    failed: list[int],
) -> int:
    """Emit one terminator for the candidates from `at` on that test one place; returns where to go on."""
    first = tried[at][0].tests
    if not first:
        return _certain(builder, tried, at, span, otherwise, failed)
    place = first[0].place
    labels: list[str] = []
    targets: list[int] = []
    nested: list[tuple[tuple[Test, ...], int, int]] = []
    may_fail = False
    while at < len(tried) and not may_fail:
        candidate, block, guarded = tried[at]
        tests = candidate.tests
        if not tests or tests[0].place != place:
            break
        target = block
        if len(tests) > 1:
            target = new_block(builder)
            nested.append((tests[1:], block, target))
        labels.extend(tests[0].labels)
        targets.extend([target] * len(tests[0].labels))
        may_fail = guarded or len(tests) > 1
        at += 1
    last = at == len(tried)
    following = otherwise if last else new_block(builder)
    if may_fail and following is not None:
        failed[at - 1] = following
    if following is not None:
        labels.append("_")
        targets.append(following)
    terminate(builder, "match", span, tuple(targets), Operand("read", place), tuple(labels))
    for tests, block, target in nested:
        start(builder, target)
        _rest(builder, tests, block, span, following)
    if not last and following is not None:
        start(builder, following)
    return at


def _rest(builder: Builder, tests: tuple[Test, ...], block: int, span: Span, following: int | None) -> None:
    """The tests of a candidate after its first."""
    for at, test in enumerate(tests):
        target = block if at == len(tests) - 1 else new_block(builder)
        targets = [target] * len(test.labels)
        labels = test.labels
        if following is not None:
            targets.append(following)
            labels = (*labels, "_")
        terminate(builder, "match", span, tuple(targets), Operand("read", test.place), labels)
        start(builder, target)
    terminate_open(builder)


def terminate_open(builder: Builder) -> None:
    """Forget the current block without ending it: its own builder goes on with it."""
    builder.block = DEAD
    builder.operations = []


def _certain(
    builder: Builder,
    tried: list[tuple[Candidate, int, bool]],
    at: int,
    span: Span,
    otherwise: int | None,
    failed: list[int],
) -> int:
    """A candidate without tests: it holds, unless its guard says no."""
    _, block, guarded = tried[at]
    goto(builder, span, block)
    if not guarded:
        return len(tried)
    if at + 1 < len(tried):
        failed[at] = new_block(builder)
        builder.reached.add(failed[at])
        start(builder, failed[at])
    elif otherwise is not None:
        failed[at] = otherwise
    return at + 1


def bind(builder: Builder, bindings: tuple[Binding, ...], known: dict[str, int], scope: int) -> None:
    """Bind by value, or by reference; variables that do not exist yet are declared in the scope."""
    for binding in bindings:
        local = known.get(binding.name)
        new = local is None
        if local is None:
            local = declare_binding(builder, binding, scope)
            known[binding.name] = local
        bind_one(builder, binding, local)
        if new:
            schedule(builder, local, scope, not binding.reference)


def declare_binding(builder: Builder, binding: Binding, scope: int) -> int:
    """The variable of a binding."""
    return declare(
        builder,
        binding.name,
        binding.node,
        mutable=binding.mutable and not binding.reference,
        reference=binding.reference,
        scope=scope,
    )


def bind_one(builder: Builder, binding: Binding, local: int) -> None:
    """Give a variable what its binding says."""
    if binding.reference:
        if "*" not in binding.place.steps:
            builder.borrowed.add(binding.place.local)
        emit(
            builder,
            "borrow",
            span_of(builder, binding.node),
            Place(local),
            (Operand("read", binding.place),),
            mutable=binding.mutable,
        )
    else:
        assign(builder, binding.node, Place(local), Operand("use", binding.place), "bind")


def mention(builder: Builder, node: Node, place: Place) -> None:
    """A place that a pattern names without reading it."""
    emit(builder, "match", span_of(builder, node), None, (Operand("read", place),))
