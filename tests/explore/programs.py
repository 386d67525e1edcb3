"""Random lock programs: lists of small numbers, each of which is an instruction."""

from __future__ import annotations

from hypothesis import strategies as st

from scrutineer.explore.expressions import Binary, Local, Not, Shared
from scrutineer.explore.model import Cell, CellKind, Condition, Lock, Model, Thread
from scrutineer.explore.steps import (
    Acquire,
    Await,
    Check,
    Choose,
    Contract,
    If,
    Jump,
    Notify,
    Operation,
    Position,
    Release,
    Set,
    Step,
    Wait,
)

INSTRUCTIONS = 31
CODES = st.lists(st.lists(st.integers(0, INSTRUCTIONS - 1), min_size=2, max_size=7), min_size=2, max_size=3)
A, B, R = "A", "B", "R"
V, W = Local("v"), Local("w")
X, Y, G, F = Shared("x"), Shared("y"), Shared("g"), Shared("f")

_PLAIN: dict[int, Operation] = {
    4: Set(V, X),
    5: Set(X, 1),
    6: Set(V, Y),
    7: Set(Y, Binary("+", V, 1)),
    8: Set(G, Binary("+", G, 1)),
    9: Set(V, G),
    10: Set(V, F),
    11: Set(F, Binary("<", W, 1)),
    12: Set(F, Binary("+", F, 1)),
    13: Await(F),
    14: Choose(W, (0, 1, 2)),
    15: Set(V, Shared("a", W)),
    16: Set(Shared("a", W), 1),
    17: Check(Binary("==", V, W), Contract("v is w")),
    18: Set(W, Binary("and", Not(V), Binary("<", W, 2))),
    19: Notify("c"),
    20: Notify("c", everyone=True),
}


class _Thread:
    """Steps of one thread in the making, with the locks it holds at this point."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.held: dict[str, bool] = {}

    def add(self, *operations: Operation, atomic: bool = False) -> None:
        number = len(self.steps)
        self.steps.append(Step(operations, str(number), atomic, Position("random", number + 1)))

    def toggle(self, lock: str, *, shared: bool) -> None:
        if lock in self.held:
            del self.held[lock]
            self.add(Release(lock))
        else:
            self.held[lock] = shared
            self.add(Acquire(lock, shared=shared))

    def instruct(self, code: int) -> None:
        number = len(self.steps)
        if code in _PLAIN:
            self.add(_PLAIN[code])
        elif code < 4:
            self.toggle((A, B, R, R)[code], shared=code == 2)
        elif code == 21:  # test and set: whoever finds 0 goes on to the array
            self.add(Set(V, F), Set(F, 1), atomic=True)
            self.add(If(V, (Jump(str(number + 3)),)))
            self.add(Set(Shared("a", 1), 1))
            self.add(Set(V, 0))
        elif code == 22 and A in self.held:
            self.add(Wait("c", A))
        elif code == 23:
            self.add(Acquire(A))  # it may be held already
            self.add(Release(A))
            self.held.pop(A, None)
        elif code == 24:
            lock = A if A not in self.held else R
            self.add(Acquire(lock, into=V))
            self.add(If(V, (), (Jump(str(number + 4)),)))
            self.add(Set(Y, 3))
            self.add(Release(lock) if lock not in self.held else Set(W, 1))
            self.add(Set(V, X))
        elif code == 25:
            self.add(If(V, (Jump(str(number + 2)),)))
            self.add(Set(Shared("a", 1), 2))
            self.add()
        elif code > 25 and A not in self.held:
            self.add(Acquire(A))
            self.add(_PLAIN[(4, 5, 6, 7, 8)[code - 26]])
            self.add(Release(A))


def build(codes: list[list[int]]) -> Model:
    """The model of these instructions."""
    threads = []
    for number, instructions in enumerate(codes):
        thread = _Thread()
        for code in instructions:
            thread.instruct(code)
        for lock in list(thread.held) if instructions[0] % 4 else ():
            thread.toggle(lock, shared=False)
        threads.append(Thread(f"t{number}", tuple(thread.steps)))
    return Model(
        name="random",
        threads=tuple(threads),
        cells=(
            Cell("x"),
            Cell("y"),
            Cell("g", kind=CellKind.GHOST),
            Cell("f", kind=CellKind.ATOMIC),
            Cell("a", (0, 0), 2),
        ),
        locks=(Lock(A), Lock(B), Lock(R, readers=True)),
        conditions=(Condition("c"),),
    )
