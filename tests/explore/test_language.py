"""The model language means what Python means: one thread alone ends with the memory Python itself leaves."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any

import pytest

from scrutineer.explore import Draft
from scrutineer.explore.compile import compile_model
from scrutineer.explore.search import search
from scrutineer.explore.verdict import Bounds

LIMIT = 3


class Memory:
    """Shared memory for real Python: plain attributes, an array that counts from 1, locks that count."""

    class Array(list[int]):
        def __getitem__(self, index: Any) -> Any:
            return super().__getitem__(index - 1)

        def __setitem__(self, index: Any, value: Any) -> None:
            super().__setitem__(index - 1, value)

    class Lock:
        held = 0

        def __enter__(self) -> None:
            self.held += 1

        def __exit__(
            self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
        ) -> None:
            self.held -= 1

        lock = __enter__

        def unlock(self) -> None:
            self.held -= 1

        def try_lock(self) -> bool:
            self.held += 1
            return self.held == 1

    def __init__(self) -> None:
        self.a, self.b, self.log = 2, 5, 0
        self.slot = Memory.Array([3, 1, 2])
        self.guard, self.other = Memory.Lock(), Memory.Lock()


def note(s: Any, digit: int) -> None:
    s.log = s.log * 10 + digit


def find(s: Any, wanted: int) -> Any:
    for k in range(1, 4):
        with s.guard:
            if s.slot[k] == wanted:
                return k
    return 0


def arithmetic(s: Any) -> None:
    x = s.a + s.b * 2
    s.a = x - 7 // 2 + 9 % 4
    s.b -= s.a
    y = z = x & 6 | 1
    s.slot[1] = y ^ z + 1
    s.slot[s.slot[2]] = -x
    note(s, x > 1)


def decide(s: Any) -> None:
    x = s.a
    if x == 2 and not s.b >= 6:
        note(s, 1)
    elif x == 2 or s.a:
        note(s, 2)
    else:
        note(s, 3)
    y = x == 2
    if y in (1, 7):
        note(s, 4)
    s.b = not x


def loops(s: Any) -> None:
    while s.a < 6:
        s.a += 1
        if s.a == 4:
            continue
        if s.a == 6:
            break
        note(s, 1)
    else_ = 0
    while else_ < LIMIT:
        else_ += 1
        for k in range(1, 4):
            if k == 2:
                continue
            if s.slot[k] == else_:
                break
            note(s, k)
    while x := s.b:
        s.b = x - 1


def guards(s: Any) -> None:
    while True:
        with s.guard:
            s.a -= 1
            if not s.a:
                break
            with s.other:
                if s.a == 1:
                    note(s, 7)
                    continue
        note(s, 8)
    s.guard.lock()
    note(s, 9)
    s.guard.unlock()
    if s.guard.try_lock():
        s.guard.unlock()
        note(s, 6)
    took = s.other.try_lock()
    if took:
        s.other.unlock()


def calls(s: Any) -> None:
    where = find(s, 1)
    note(s, where)
    where = find(s, 9)
    note(s, where + 1)
    s.a = find(s, 2)
    find(s, 3)
    if find(s, 3):
        note(s, 5)


def early(s: Any) -> None:
    with s.guard:
        if s.a:
            with s.other:
                note(s, 4)
                return
    note(s, 5)


@pytest.mark.parametrize("function", [arithmetic, decide, loops, guards, calls, early])
def test_one_thread_leaves_the_memory_that_python_leaves(function: Callable[[Any], None]) -> None:
    real = Memory()
    function(real)
    m = Draft("alone")
    m.cell("a", 2)
    m.cell("b", 5)
    m.cell("log")
    m.array("slot", [3, 1, 2])
    m.mutex("guard")
    m.mutex("other")
    m.thread(function)
    program = compile_model(m.finish())
    result = search(program, Bounds())
    assert (result.findings, len(result.finals)) == ([], 1)
    final, cells = next(iter(result.finals)), program.layout.cells
    assert [final[cells[name].start] for name in ("a", "b", "log")] == [real.a, real.b, real.log]
    assert [final[cells["slot"].at(k)] for k in (1, 2, 3)] == [real.slot[k] for k in (1, 2, 3)]
    assert [final[slot.start] for slot in program.layout.locks.values()] == [real.guard.held, real.other.held]
