"""The intrusive doubly linked list of the kernel's Rust `List`: a ring of links, `first` points at its head.

The links are cells of their own: two threads that touch one item at once race exactly where the real list does.
Item numbers count from 1; 0 is the null pointer, and an item whose links are null is in no list.
"""

from __future__ import annotations

from typing import Any

from scrutineer.explore.language.draft import Draft
from scrutineer.explore.language.words import contract

REMOVE_CONTRACT = "`item` must not be in a different linked list (with the same id)"


def ring(model: Draft, items: int, *lists: str) -> None:
    """Declare `items` items, all of them in list 1 in order, and empty lists for the other names.

    Cells: `list[].first`, `item[].next`, `item[].prev`; ghost `owners`: how often each item was handed out.
    The names of the lists are for drawings; a model counts them from 1.
    """
    model.array("item[].next", [k % items + 1 for k in range(1, items + 1)])
    model.array("item[].prev", [(k - 2) % items + 1 for k in range(1, items + 1)])
    model.array("list[].first", [1, *[0] * (len(lists) - 1)])
    model.ghost("owners", [0] * items)
    model.linked_list(lists, first="list[].first", next="item[].next", prev="item[].prev")


def take(s: Any, source: int, target: int) -> None:
    """`mem::take`: the whole list `source` becomes list `target`, without touching an item."""
    head = s.list[source].first
    s.list[source].first = 0
    s.list[target].first = head
    head = 0


@contract(REMOVE_CONTRACT, "rust/kernel/list.rs: List::remove")
def remove(s: Any, which: int, x: int, known: bool = False) -> None:
    """`unsafe List::remove(item)`: unlinks it and hands it out, or does nothing if its links are null.

    `known`: the caller just read the item from the list, so that the test for null is left out (`pop_front`).
    """
    next = s.item[x].next
    prev = s.item[x].prev
    if not known and next == 0:
        prev = 0
        return
    s.item[next].prev = prev
    s.item[prev].next = next
    s.item[x].prev = 0
    s.item[x].next = 0
    if s.list[which].first == x:
        tmp = s.item[prev].next
        s.list[which].first = tmp
        tmp = 0
    s.owners[x] += 1
    next = prev = 0
