"""Dominance, paths and checks, held against an oracle that walks every path."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from scrutineer.flow.graph import Graph, Point
from scrutineer.flow.writes import Writes
from scrutineer.model.body import Block, Body, Local, Operand, Operation, Place, Scope, Terminator
from scrutineer.model.span import Span

HERE = Span(0, 0)
LOCALS = 3


def write_of(local: int) -> Operation:
    return Operation("assign", HERE, 0, Place(local), (Operand("constant", constant="1"),))


@st.composite
def bodies(draw: st.DrawFn) -> Body:
    """Any graph of up to seven blocks, each writing some locals."""
    size = draw(st.integers(1, 7))
    blocks = []
    for _ in range(size):
        written = draw(st.lists(st.integers(1, LOCALS), max_size=2))
        targets = tuple(draw(st.lists(st.integers(0, size - 1), max_size=2)))
        kind = "branch" if len(targets) == 2 else "goto" if targets else "return"
        blocks.append(Block(tuple(map(write_of, written)), Terminator(kind, HERE, targets)))
    locals_ = tuple(Local("x", "variable", 0, HERE) for _ in range(LOCALS + 1))
    scopes = (Scope(-1, "function", HERE),)
    return Body(function=0, span=HERE, locals=locals_, scopes=scopes, blocks=tuple(blocks))


def paths(body: Body, start: int, visits: int = 2) -> Iterator[list[int]]:
    """Every path from a block that enters each block at most `visits` times, and every prefix of it."""
    stack = [[start]]
    while stack:
        path = stack.pop()
        yield path
        targets = body.blocks[path[-1]].terminator.targets
        stack.extend([*path, target] for target in targets if path.count(target) < visits)


@given(bodies())
@settings(max_examples=300, deadline=None)
def test_dominators_are_the_blocks_on_every_path(body: Body) -> None:
    graph = Graph(body)
    on_all: dict[int, set[int]] = {}
    for path in paths(body, 0, visits=1):
        on_all[path[-1]] = on_all.get(path[-1], set(path)) & set(path)
    assert {block: set(graph.dominators(block)) for block in on_all} == on_all
    assert set(graph.order) == set(on_all)


@given(bodies(), st.data())
@settings(max_examples=300, deadline=None)
def test_an_edge_dominates_what_no_path_reaches_without_it(body: Body, data: st.DataObject) -> None:
    graph = Graph(body)
    source = data.draw(st.sampled_from(graph.order))
    targets = body.blocks[source].terminator.targets
    for target in targets:
        for block in graph.order:
            around = any(
                path[-1] == block and (source, target) not in pairwise(path) for path in paths(body, 0)
            )
            twice = targets.count(target) > 1
            assert graph.edge_dominates(source, target, block) == (not around and not twice)


@given(bodies(), st.data())
@settings(max_examples=400, deadline=None)
def test_a_write_between_two_points_is_one_on_some_path(body: Body, data: st.DataObject) -> None:
    graph = Graph(body)
    start = data.draw(st.sampled_from(graph.order))
    end = data.draw(st.sampled_from(graph.order))
    end_at = data.draw(st.integers(0, len(body.blocks[end].operations)))
    local = data.draw(st.integers(1, LOCALS))
    expected = False
    for path in paths(body, start):
        if path[-1] != end:
            continue
        executed = [op for block in path[:-1] for op in body.blocks[block].operations]
        executed += body.blocks[end].operations[:end_at]
        expected |= any(op.target == Place(local) for op in executed)
    found = Writes(body, graph).written_between(Point(start, 0), Point(end, end_at), [Place(local)])
    assert found == expected


@given(bodies(), st.data())
@settings(max_examples=300, deadline=None)
def test_a_path_avoiding_writes_is_one_without_them(body: Body, data: st.DataObject) -> None:
    graph = Graph(body)
    start = data.draw(st.sampled_from(graph.order))
    end = data.draw(st.sampled_from(graph.order))
    end_at = data.draw(st.integers(0, len(body.blocks[end].operations)))
    local = data.draw(st.integers(1, LOCALS))

    def clean(path: list[int]) -> bool:
        executed = [op for block in path[:-1] for op in body.blocks[block].operations]
        executed += body.blocks[end].operations[:end_at]
        return all(op.target != Place(local) for op in executed)

    expected = any(path[-1] == end and clean(path) for path in paths(body, start))
    found = graph.path_avoiding(Point(start, -1), lambda op: op.target == Place(local), Point(end, end_at))
    assert found == expected


@given(bodies(), st.data())
@settings(max_examples=100, deadline=None)
def test_nothing_follows_a_block_that_ends(body: Body, data: st.DataObject) -> None:
    """A call that never returns ends every path that passes it: no check and no use lies behind it."""
    end = data.draw(st.integers(0, len(body.blocks) - 1))
    graph = Graph(body, {end})
    reached = {path[-1] for path in paths(body, 0) if end not in path[:-1]}
    assert set(graph.order) == reached
