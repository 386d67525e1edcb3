"""Explore a model and say what was found: the entry point for other rooms."""

from __future__ import annotations

import msgspec

from scrutineer.explore.compile import compile_model
from scrutineer.explore.consequence import consequence_of
from scrutineer.explore.counterexample import Counterexample, from_finding, replayed
from scrutineer.explore.drawing import draw_lists
from scrutineer.explore.every_access import search_every_access
from scrutineer.explore.lock_order import find_cycle
from scrutineer.explore.model import Model
from scrutineer.explore.program import Kind, Program
from scrutineer.explore.schedule import decode, encode, path_to, run_schedule, turns_of
from scrutineer.explore.search import Examiner, Result, search
from scrutineer.explore.shortest import shortest
from scrutineer.explore.steps import Notify, Wait
from scrutineer.explore.verdict import Bounds, LockOrder, Verdict, VerdictKind

SYNCHRONISATION, ACCESS = "synchronisation", "access"


def explore(model: Model, bounds: Bounds | None = None, *, granularity: str = SYNCHRONISATION) -> Verdict:
    """Search every schedule of the model within the bounds. Raises ModelError for a model that is wrong."""
    bounds = bounds or Bounds()
    program = compile_model(model)
    result = (search_every_access if granularity == ACCESS else search)(program, bounds)
    if result.findings:
        example = _example(program, bounds, result, granularity)
        return _with_counterexample(program, bounds, result, granularity, example)
    if cycle := find_cycle(program, result.order):
        return _with_cycle(program, result, granularity, cycle)
    return _without(program, bounds, result, granularity)


def replay(model: Model, replay_id: str) -> Verdict:
    """Run one schedule again. Raises ModelError when the id belongs to another model."""
    program = compile_model(model)
    bounds = Bounds()
    example = replayed(program, decode(program, replay_id))
    result = Result(run_schedule(program, example.schedule), [], [], {}, set(), set())
    return _with_counterexample(program, bounds, result, "replay", example)


def _example(program: Program, bounds: Bounds, result: Result, granularity: str) -> Counterexample:
    finding = result.findings[0]
    if found := shortest(program, bounds, finding.kind):
        return from_finding(program, *found)
    index = result.states.index(finding.state)
    examiner = Examiner(program, bounds)
    schedule = []
    for state, thread, alternative in path_to(result, index):
        if granularity == ACCESS:
            schedule.append((thread, alternative))
        else:
            block = examiner.blocks.run(state, thread, alternative)
            assert not isinstance(block, int)
            schedule += turns_of(block)
    return from_finding(program, tuple(schedule), finding)


def _with_counterexample(
    program: Program, bounds: Bounds, result: Result, granularity: str, example: Counterexample
) -> Verdict:
    state = run_schedule(program, example.schedule)[-1]
    follows = consequence_of(program, bounds, state) if example.kind is VerdictKind.RACE else None
    base = _without(program, bounds, result, granularity)
    return msgspec.structs.replace(
        base,
        kind=example.kind,
        message=example.message,
        steps=example.steps,
        contract=example.contract,
        consequence=follows,
        lists_before=draw_lists(program, program.layout.initial),
        lists_after=draw_lists(program, state),
        replay=encode(program, example.schedule),
        not_explored=(),
    )


def _with_cycle(program: Program, result: Result, granularity: str, cycle: tuple[LockOrder, ...]) -> Verdict:
    base = _without(program, Bounds(), result, granularity)
    order = ", then ".join(f"`{edge.taken}` while holding `{edge.held}`" for edge in cycle)
    return msgspec.structs.replace(
        base,
        kind=VerdictKind.LOCK_ORDER,
        message=f"locks are taken in different orders: {order}; no schedule of this model deadlocks",
        cycle=cycle,
    )


def _without(program: Program, bounds: Bounds, result: Result, granularity: str) -> Verdict:
    missed = [f"{bounds.states:,} states"] if not result.exhausted else []
    missed += sorted(result.cuts)
    model = program.model
    return Verdict(
        model=model.name,
        kind=VerdictKind.CUT if missed else VerdictKind.PROVED,
        message="not explored beyond " + ", ".join(missed) if missed else "no schedule breaks the model",
        bounds=model.bounds,
        states=len(result.states),
        granularity=granularity,
        not_explored=tuple(missed),
        sequentially_consistent_only=_more_than_locks(program),
        fix=model.fix,
        threads=tuple(thread.name for thread in model.threads),
    )


def _more_than_locks(program: Program) -> bool:
    """Whether threads synchronise by anything but locks and condition variables."""
    return any(
        node.kind is Kind.ATOMIC and not isinstance(next(iter(node.step.operations), None), Wait | Notify)
        for nodes in program.nodes
        for node in nodes
    )
