"""Containers of an extracted model: what taking, popping, removing and walking read and write.

Two shapes. A *ring* is the intrusive list of a library that `containers.toml` maps: each link is a cell of its own, as
in `explore/parts/kernel_list.py`. Of any other container only this is assumed: each element knows whether it is in the
container and who comes next (one cell), the container knows the first. List 1 is the guarded place, list 2 what a thread
detached, list 3 (where there are two owners) the guarded place of another object, which is empty. Elements count from 1.
"""

from __future__ import annotations

from typing import Protocol

from scrutineer.explore.expressions import Binary, Expression, Local, Shared
from scrutineer.explore.model import Cell, CellKind, LinkedList
from scrutineer.explore.steps import If, Jump, Set
from scrutineer.interference.protocol.writer import StepWriter

GUARDED, DETACHED, ELSEWHERE = 1, 2, 3


class Container(Protocol):
    """How a container's operations are written as steps."""

    items: int

    def cells(self) -> tuple[Cell, ...]:
        """Shared memory, all elements in the guarded list."""
        ...

    def drawn(self, names: tuple[str, str]) -> tuple[LinkedList, ...]:
        """What a counterexample draws."""
        ...

    def take(self, writer: StepWriter, source: int, target: int) -> None:
        """Move the whole content."""
        ...

    def remove(self, writer: StepWriter, source: int, item: Local, *, known: bool = False) -> None:
        """Unlink an element, wherever it is claimed to be; nothing if it is in no container."""
        ...

    def look(self, writer: StepWriter, source: int, *, write: bool = False) -> None:
        """Touch the first element, if there is one."""
        ...


def first_of(which: int) -> Shared:
    """The cell that holds the first element of a list."""
    return Shared("list[].first", which)


def pop(container: Container, writer: StepWriter, source: int, item: Local) -> None:
    """Take the first element out; `item` is 0 if there was none."""
    empty = writer.fresh("empty")
    writer.step(Set(item, first_of(source)))
    writer.unless(item, empty)
    container.remove(writer, source, item, known=True)
    writer.label(empty)


def drain(container: Container, writer: StepWriter, source: int) -> None:
    """Take every element out."""
    again, done = writer.fresh("again"), writer.fresh("done")
    item = writer.local("each")
    writer.label(again)
    writer.step(Set(item, first_of(source)))
    writer.unless(item, done)
    container.remove(writer, source, item, known=True)
    writer.jump(again)
    writer.label(done)


def _firsts(lists: int) -> Cell:
    return Cell("list[].first", (1, *(0,) * (lists - 1)), lists)


def _move_first(writer: StepWriter, source: int, target: int) -> None:
    head = Local("head")
    writer.step(Set(head, first_of(source)))
    writer.step(Set(first_of(source), 0))
    writer.step(Set(first_of(target), head), Set(head, 0))


class Ring:
    """The doubly linked ring of the kernel's `List`."""

    def __init__(self, items: int, lists: int = 2) -> None:
        """All in list 1."""
        self.items = items
        self.lists = lists

    def cells(self) -> tuple[Cell, ...]:
        """See `Container`."""
        count = range(1, self.items + 1)
        following = tuple(k % self.items + 1 for k in count)
        before = tuple((k - 2) % self.items + 1 for k in count)
        return (
            Cell("item[].next", following, self.items),
            Cell("item[].prev", before, self.items),
            _firsts(self.lists),
            Cell("owners", (0,) * self.items, self.items, CellKind.GHOST),
        )

    def drawn(self, names: tuple[str, str]) -> tuple[LinkedList, ...]:
        """See `Container`."""
        return (LinkedList(names, first="list[].first", next="item[].next", prev="item[].prev"),)

    def take(self, writer: StepWriter, source: int, target: int) -> None:
        """See `Container`."""
        _move_first(writer, source, target)

    def remove(self, writer: StepWriter, source: int, item: Local, *, known: bool = False) -> None:
        """See `Container`; step for step as the part does it."""
        next_, prev, tmp = Local("next"), Local("prev"), Local("tmp")
        over, done = writer.fresh("unlinked"), writer.fresh("done")
        writer.step(Set(next_, Shared("item[].next", item)))
        writer.step(Set(prev, Shared("item[].prev", item)))
        if not known:
            writer.step(If(next_, (), (Set(prev, 0), Jump(done))))
        writer.step(Set(Shared("item[].prev", next_), prev))
        writer.step(Set(Shared("item[].next", prev), next_))
        writer.step(Set(Shared("item[].prev", item), 0))
        writer.step(Set(Shared("item[].next", item), 0))
        writer.step(If(Binary("!=", first_of(source), item), (Jump(over),)))
        writer.step(Set(tmp, Shared("item[].next", prev)))
        writer.step(Set(first_of(source), tmp), Set(tmp, 0))
        writer.label(over)
        owners = Shared("owners", item)
        writer.step(Set(owners, Binary("+", owners, 1)), Set(next_, 0), Set(prev, 0))
        writer.label(done)

    def look(self, writer: StepWriter, source: int, *, write: bool = False) -> None:
        """See `Container`."""
        _touch(writer, source, "item[].next", write=write)


class Links:
    """Any other container: one cell per element, 0 while it is in none, else 1 more than the element after it."""

    def __init__(self, items: int, lists: int = 2) -> None:
        """All in list 1."""
        self.items = items
        self.lists = lists

    def cells(self) -> tuple[Cell, ...]:
        """See `Container`."""
        links = tuple(k + 2 if k < self.items else 1 for k in range(1, self.items + 1))
        return (Cell("item[].links", links, self.items), _firsts(self.lists))

    def drawn(self, names: tuple[str, str]) -> tuple[LinkedList, ...]:
        """See `Container`; there is nothing to draw."""
        del names
        return ()

    def take(self, writer: StepWriter, source: int, target: int) -> None:
        """See `Container`."""
        _move_first(writer, source, target)

    def remove(self, writer: StepWriter, source: int, item: Local, *, known: bool = False) -> None:
        """See `Container`: its own cell, and that of its neighbour or the container's first."""
        link, other, before = Local("link"), Local("other"), Local("before")
        first, over, done = writer.fresh("first"), writer.fresh("unlinked"), writer.fresh("done")
        mine = Shared("item[].links", item)
        writer.step(Set(link, mine))
        if not known:
            writer.unless(link, done)
        writer.step(Set(mine, 0))
        writer.step(If(Binary("==", first_of(source), item), (Jump(first),)))
        writer.step(Set(before, Binary("-", item, 1)), If(before, (), (Jump(over),)))
        writer.step(Set(other, Shared("item[].links", before)))
        writer.step(
            If(Binary("==", other, Binary("+", item, 1)), (Set(Shared("item[].links", before), link),)),
            Jump(over),
        )
        writer.label(first)
        rest = If(link, (Set(first_of(source), Binary("-", link, 1)),), (Set(first_of(source), 0),))
        writer.step(rest)
        writer.label(over)
        writer.step(*(Set(each, 0) for each in (link, other, before)))
        writer.label(done)

    def look(self, writer: StepWriter, source: int, *, write: bool = False) -> None:
        """See `Container`."""
        _touch(writer, source, "item[].links", write=write)


def _touch(writer: StepWriter, source: int, cell: str, *, write: bool) -> None:
    item, value, done = Local("first"), Local("seen"), writer.fresh("seen")
    writer.step(Set(item, first_of(source)))
    writer.unless(item, done)
    place: Expression = Shared(cell, item)
    writer.step(Set(value, place))
    if write:
        writer.step(Set(Shared(cell, item), value))
    writer.label(done)
    writer.step(Set(item, 0), Set(value, 0))
