"""Which items of a file enclose a place."""

from __future__ import annotations

from bisect import bisect_right
from itertools import chain

from scrutineer.model.file import FileFacts
from scrutineer.model.items import Item
from scrutineer.model.span import Span


class Nesting:
    """The items of one file as a tree, so that a place finds its enclosing items without a search of all.

    Generated bindings hold tens of thousands of items in one file, each of which may be reported.
    """

    def __init__(self, facts: FileFacts) -> None:
        self._items = sorted(_items(facts), key=lambda item: (item.span.start, -item.span.end))
        self._starts = [item.span.start for item in self._items]
        self._parents: list[int] = []
        open_items: list[int] = []
        for index, item in enumerate(self._items):
            while open_items and self._items[open_items[-1]].span.end < item.span.end:
                open_items.pop()
            self._parents.append(open_items[-1] if open_items else -1)
            open_items.append(index)

    def around(self, span: Span) -> tuple[Item, ...]:
        """Items that cover the span, the outermost first."""
        index = bisect_right(self._starts, span.start) - 1
        found = []
        while index >= 0:
            item = self._items[index]
            if item.span.end >= span.end:
                found.append(item)
            index = self._parents[index]
        return tuple(reversed(found))


def _items(facts: FileFacts) -> chain[Item]:
    """Every item of a file that can enclose something."""
    return chain(
        facts.modules,
        facts.functions,
        facts.types,
        facts.traits,
        facts.impls,
        facts.values,
        facts.extern_blocks,
        facts.macro_definitions,
    )
