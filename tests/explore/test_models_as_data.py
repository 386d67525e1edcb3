"""Models built from records alone, as an extractor builds them, and the rarer verdicts."""

from __future__ import annotations

import msgspec
import pytest

from scrutineer.explore.explore import ACCESS, explore, replay
from scrutineer.explore.expressions import Binary, Local, Shared
from scrutineer.explore.flows import flows
from scrutineer.explore.model import Cell, CellKind, Condition, Lock, Model, ModelError, Thread
from scrutineer.explore.steps import (
    Acquire,
    Await,
    Check,
    Contract,
    Cut,
    If,
    Jump,
    Operation,
    Position,
    Release,
    Set,
    Step,
    Wait,
)
from scrutineer.explore.verdict import Bounds, VerdictKind

X, FLAG = Shared("x"), Shared("flag")


def steps(*operations: Operation) -> tuple[Step, ...]:
    return tuple(
        Step((operation,), label=str(i), at=Position("src/node.rs", i + 1, f"line {i + 1}"))
        for i, operation in enumerate(operations)
    )


def model(*threads: tuple[Step, ...], **parts: object) -> Model:
    made = Model(
        name="extracted",
        threads=tuple(Thread(f"thread {i}", steps) for i, steps in enumerate(threads)),
        cells=(Cell("x"), Cell("flag", kind=CellKind.ATOMIC)),
        locks=(Lock("a"), Lock("b"), Lock("gate"), Lock("table", readers=True)),
        conditions=(Condition("woken", spurious=True),),
    )
    return msgspec.structs.replace(made, **parts)


WRITER = steps(Set(X, 1))
LOCKED_WRITER = steps(Acquire("a"), Set(X, 1), Release("a"))


def test_a_model_survives_json() -> None:
    original = model(LOCKED_WRITER, steps(Acquire("b", into=Local("got")), If(Local("got"), (Jump("end"),))))
    assert msgspec.json.decode(msgspec.json.encode(original), type=Model) == original


def test_a_race_carries_the_places_of_the_program_and_the_locks() -> None:
    verdict = explore(model(WRITER, LOCKED_WRITER))
    assert verdict.kind is VerdictKind.RACE
    racing = verdict.steps[-2:]
    assert {(step.at.path, step.at.line) for step in racing if step.at} == {
        ("src/node.rs", 1),
        ("src/node.rs", 2),
    }
    assert [[lock.lock for lock in step.held] for step in racing] == [["a"], ["a"]]
    assert {flow.thread: flow.steps[-1].locks for flow in flows(verdict)[1:]} == {
        "thread 0": (),
        "thread 1": ("a",),
    }


def test_readers_share_a_lock_and_may_not_write_under_it() -> None:
    def reader(operation: Operation) -> tuple[Step, ...]:
        return steps(Acquire("table", shared=True), operation, Release("table"))

    assert explore(model(reader(Set(Local("v"), X)), reader(Set(Local("v"), X)))).kind is VerdictKind.PROVED
    assert explore(model(reader(Set(Local("v"), X)), reader(Set(X, 1)))).kind is VerdictKind.RACE
    writer = steps(Acquire("table"), Set(X, 1), Release("table"))
    assert explore(model(reader(Set(Local("v"), X)), writer)).kind is VerdictKind.PROVED


def test_a_reader_that_wants_to_write_waits_for_itself() -> None:
    upgrade = steps(Acquire("table", shared=True), Acquire("table"))
    assert explore(model(upgrade)).kind is VerdictKind.SELF_DEADLOCK


@pytest.mark.parametrize("granularity", ["synchronisation", ACCESS])
def test_an_inverted_lock_order_is_reported_although_a_third_lock_prevents_the_deadlock(
    granularity: str,
) -> None:
    def nested(first: str, second: str) -> tuple[Step, ...]:
        taken = [Acquire("gate"), Acquire(first), Acquire(second)]
        return steps(*taken, Release(second), Release(first), Release("gate"))

    verdict = explore(model(nested("a", "b"), nested("b", "a")), granularity=granularity)
    assert verdict.kind is VerdictKind.LOCK_ORDER
    assert [(edge.held, edge.taken) for edge in verdict.cycle] == [("a", "b"), ("b", "a")]
    assert explore(model(nested("a", "b"), nested("a", "b"))).kind is VerdictKind.PROVED


def test_a_cut_is_a_bound_that_was_hit() -> None:
    verdict = explore(model(steps(Cut("loop unrolled 3 times")), WRITER))
    assert (verdict.kind, verdict.not_explored) == (VerdictKind.CUT, ("loop unrolled 3 times",))


def test_more_than_locks_holds_for_sequential_consistency_only() -> None:
    handover = model(steps(Set(X, 1), Set(FLAG, 1)), steps(Await(FLAG), Set(Local("v"), X)))
    verdict = explore(handover)
    assert (verdict.kind, verdict.sequentially_consistent_only) == (VerdictKind.PROVED, True)
    assert not explore(model(LOCKED_WRITER)).sequentially_consistent_only


def test_waking_up_by_chance_does_not_hide_a_deadlock() -> None:
    sleeper = steps(Acquire("a"), Wait("woken", "a"), Release("a"))
    assert explore(model(sleeper)).kind is VerdictKind.DEADLOCK


def test_a_server_that_waits_for_ever_is_no_deadlock() -> None:
    loop = steps(Await(FLAG), Set(FLAG, 0), Jump("0"))
    server = Thread("server", loop, forever=True)
    client = Thread("client", steps(Set(FLAG, 1)))
    assert explore(model(threads=(server, client))).kind is VerdictKind.PROVED


def test_a_final_assertion_that_fails_has_a_schedule() -> None:
    lost = steps(Set(Local("v"), FLAG), Set(FLAG, Binary("+", Local("v"), 1)))
    promise = Contract("both increments are counted")
    check = (Check(Binary("==", FLAG, 2), promise),)
    verdict = explore(model(lost, lost, final=check))
    assert (verdict.kind, verdict.contract) == (VerdictKind.FINAL, promise)
    again = replay(model(lost, lost, final=check), verdict.replay)
    assert (again.kind, again.steps) == (verdict.kind, verdict.steps)


@pytest.mark.parametrize("granularity", ["synchronisation", ACCESS])
def test_a_bound_on_states_is_never_a_proof(granularity: str) -> None:
    verdict = explore(model(LOCKED_WRITER, LOCKED_WRITER), Bounds(states=3), granularity=granularity)
    assert (verdict.kind, verdict.states) == (VerdictKind.CUT, 3)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (steps(Set(Shared("y"), 1)), "unknown cell `y`"),
        (steps(Acquire("c")), "unknown lock `c`"),
        (steps(Jump("nowhere")), "unknown label `nowhere`"),
        (steps(Set(X, Binary("**", X, 2))), "unknown operator"),
        ((Step((Acquire("a"), Set(X, 1)), at=Position("src/node.rs", 1)),), "same step as a lock operation"),
        ((Step((Set(X, 1), Acquire("a")), at=Position("src/node.rs", 1)),), "must stand first"),
    ],
)
def test_records_that_make_no_sense_are_refused_with_their_place(
    wrong: tuple[Step, ...], message: str
) -> None:
    with pytest.raises(ModelError, match=r"^src/node\.rs:1: ") as caught:
        explore(model(wrong))
    assert message in str(caught.value)
