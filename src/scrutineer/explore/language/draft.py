"""A model being written: declare memory and locks, add threads, say what must hold."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Sequence
from typing import TypeVar

from scrutineer.explore.language.names import Declared, Path, Scope, Source
from scrutineer.explore.language.reader import Reader
from scrutineer.explore.language.values import Values
from scrutineer.explore.model import (
    Bound,
    Cell,
    CellKind,
    Condition,
    LinkedList,
    Lock,
    Model,
    ModelError,
    Thread,
)
from scrutineer.explore.steps import Check, Contract

_Function = TypeVar("_Function", bound=Callable[..., object])


class Draft:
    """Collects the parts of a model; `finish` reads the threads and returns the model.

    The keyword arguments of the class are bounds that the verdict names: `Draft("death list", items=3)`.
    """

    def __init__(self, name: str, /, **bounds: int) -> None:
        self.name = name
        self.fix = ""
        """What the fixed variant changes, in one sentence."""
        self.unsafe_contract = ""
        """What a caller of this design must promise and no type checks; empty: the API is safe."""
        self._bounds = [Bound(name, value) for name, value in bounds.items()]
        self._cells: list[Cell] = []
        self._locks: list[Lock] = []
        self._conditions: list[Condition] = []
        self._lists: list[LinkedList] = []
        self._threads: list[tuple[str, Callable[..., object], tuple[int, ...], bool]] = []
        self._ends: list[tuple[str, Callable[..., object]]] = []

    def cell(self, name: str, initial: int = 0) -> None:
        """Declare ordinary memory: unordered accesses to it race."""
        self._cells.append(Cell(name, (initial,)))

    def array(self, name: str, initial: Sequence[int]) -> None:
        """Declare an array of ordinary cells. Elements count from 1; index 0 is the null pointer.

        `item[].next` is written `s.item[k].next` in a thread, `slot` is written `s.slot[k]`.
        """
        self._cells.append(Cell(name, tuple(initial), len(initial)))

    def atomic(self, name: str, initial: int | Sequence[int] = 0) -> None:
        """Declare an atomic cell (or an array of them): `+=` on it is one step."""
        self._cells.append(_cell(name, initial, CellKind.ATOMIC))

    def ghost(self, name: str, initial: int | Sequence[int] = 0) -> None:
        """Declare a cell that the program does not have, for contracts: an ownership counter, a membership."""
        self._cells.append(_cell(name, initial, CellKind.GHOST))

    def mutex(self, name: str, size: int = 0) -> None:
        """Declare a mutex or spinlock, or an array of `size` of them."""
        self._locks.append(Lock(name, size=size))

    def rwlock(self, name: str) -> None:
        """Declare a read-write lock."""
        self._locks.append(Lock(name, readers=True))

    def condition(self, name: str, *, spurious: bool = False) -> None:
        """Declare a condition variable."""
        self._conditions.append(Condition(name, spurious))

    def linked_list(
        self,
        names: Sequence[str],
        *,
        first: str,
        next: str,  # noqa: A002 - what a link is called
        prev: str,
        item: str = "item",
    ) -> None:
        """Say which cells are doubly linked lists, so that counterexamples draw them.

        `first` is a cell, or an array with an element for each of the names.
        """
        self._lists.append(LinkedList(tuple(names), first, next, prev, item))

    def thread(
        self, function: _Function, *arguments: int, name: str = "", forever: bool = False
    ) -> _Function:
        """Add a thread that calls the function with the shared memory and the arguments. Works as `@model.thread`.

        `forever`: a server, whose waiting when all others are done is not a deadlock.
        """
        shown = ", ".join(str(argument) for argument in arguments)
        title = name or f"{function.__name__}({shown})".removesuffix("()")
        self._threads.append((title, function, arguments, forever))
        return function

    def at_end(self, sentence: str) -> Callable[[_Function], _Function]:
        """`@model.at_end("what must hold")` before a function that returns the condition."""

        def keep(function: _Function) -> _Function:
            self._ends.append((sentence, function))
            return function

        return keep

    def finish(self) -> Model:
        """Read the threads. Raises ModelError with the line of the first mistake."""
        declared = Declared()
        declared.cells = {cell.name: cell.kind for cell in self._cells}
        declared.locks = {lock.name for lock in self._locks}
        declared.conditions = {condition.name for condition in self._conditions}
        threads = []
        for title, function, arguments, forever in self._threads:
            source = Source(function, shown_path)
            steps = Reader(declared, shown_path).thread(function, arguments)
            threads.append(Thread(title, steps, forever, source.at(source.tree)))
        return Model(
            name=self.name,
            threads=tuple(threads),
            cells=tuple(self._cells),
            locks=tuple(self._locks),
            conditions=tuple(self._conditions),
            final=tuple(_final(declared, sentence, function) for sentence, function in self._ends),
            bounds=tuple(self._bounds),
            lists=tuple(self._lists),
            fix=self.fix,
            unsafe_contract=self.unsafe_contract,
        )


def _cell(name: str, initial: int | Sequence[int], kind: CellKind) -> Cell:
    if isinstance(initial, int):
        return Cell(name, (initial,), 0, kind)
    return Cell(name, tuple(initial), len(initial), kind)


def _final(declared: Declared, sentence: str, function: Callable[..., object]) -> Check:
    source = Source(function, shown_path)
    body = [node for node in source.tree.body if not _is_docstring(node)]
    parameters = list(inspect.signature(function).parameters)
    if len(body) != 1 or len(parameters) != 1:
        raise ModelError(
            "what holds at the end is one `return` of a function of the memory", source.at(source.tree)
        )
    statement = body[0]
    value = getattr(statement, "value", None)
    if value is None:
        raise ModelError("nothing is returned", source.at(statement))
    scope = Scope(source, {parameters[0]: Path()}, "")
    return Check(Values(declared, scope).read(value), Contract(sentence))


def _is_docstring(node: object) -> bool:
    return isinstance(getattr(getattr(node, "value", None), "value", None), str)


def shown_path(path: str) -> str:
    """Return a path as the user would write it: relative where the file lies below the working directory."""
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative
