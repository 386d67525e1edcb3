"""A concurrent model as data: shared memory, locks, threads, and what must hold at the end."""

from __future__ import annotations

import enum

import msgspec

from scrutineer.explore.steps import Check, Position, Step


class ModelError(Exception):
    """The model itself is wrong: an unknown cell, a lock released by a thread that does not hold it.

    Carries the place in the model's file, which its text begins with.
    """

    def __init__(self, message: str, at: Position | None = None) -> None:
        super().__init__(f"{at}: {message}" if at else message)
        self.at = at


class CellKind(enum.StrEnum):
    """How a cell may be accessed."""

    PLAIN = "plain"
    """Ordinary memory: two unordered accesses, one of them a write, are a data race."""
    ATOMIC = "atomic"
    """Every access is atomic (sequentially consistent) and a place where threads may switch."""
    GHOST = "ghost"
    """Not in the program: counts owners, remembers membership. Races on it are reported like those on memory."""


class Cell(msgspec.Struct, frozen=True):
    """A shared cell, or an array of them when `size` is not 0 (elements 1 to `size`)."""

    name: str
    initial: tuple[int, ...] = (0,)
    size: int = 0
    kind: CellKind = CellKind.PLAIN


class Lock(msgspec.Struct, frozen=True):
    """A mutex or spinlock; with `readers`, a read-write lock; an array of locks when `size` is not 0."""

    name: str
    readers: bool = False
    size: int = 0


class Condition(msgspec.Struct, frozen=True):
    """A condition variable. With `spurious`, a sleeper may also wake without having been notified."""

    name: str
    spurious: bool = False


class Thread(msgspec.Struct, frozen=True):
    """A thread: its steps in order. `forever`: a server whose waiting at the end is not a deadlock."""

    name: str
    steps: tuple[Step, ...]
    forever: bool = False
    at: Position | None = None


class LinkedList(msgspec.Struct, frozen=True):
    """Says which cells form doubly linked lists, so that a counterexample can draw them."""

    names: tuple[str, ...]
    """One name for each element of `first`, or one if that is a single cell."""
    first: str
    next: str
    prev: str
    item: str = "item"


class Bound(msgspec.Struct, frozen=True):
    """A size that the model was built with, such as `items 3`; part of every verdict."""

    name: str
    value: int


class Model(msgspec.Struct, frozen=True):
    """A whole model. Made by `language.Draft`, or directly by code that extracts it from a program."""

    name: str
    threads: tuple[Thread, ...]
    cells: tuple[Cell, ...] = ()
    locks: tuple[Lock, ...] = ()
    conditions: tuple[Condition, ...] = ()
    final: tuple[Check, ...] = ()
    """Must hold when all threads have finished. Reads shared cells, no locals."""
    bounds: tuple[Bound, ...] = ()
    lists: tuple[LinkedList, ...] = ()
    fix: str = ""
    """What the fixed variant does differently, in one sentence."""
    unsafe_contract: str = ""
    """What a caller of this design must promise and no type checks; empty: nothing, the API is safe."""
