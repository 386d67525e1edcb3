"""What is being collected while one file is walked: the scaffolding of its frozen records.

Drafts are the keyword arguments of their records. They stay open until the file's end, because the comments
that belong to an item may come after it.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from tree_sitter import Node, TreeCursor

from scrutineer.model.body import Skeleton
from scrutineer.model.items import Attribute, Candidate
from scrutineer.syntax.parse import Parsed

Draft = dict[str, Any]


class Calls:
    """What one function calls, writes and leaves open; dictionaries keep the order and drop repetitions."""

    __slots__ = ("calls", "holes", "lower", "node", "writes")

    def __init__(self, node: Node | None = None) -> None:
        self.calls: dict[str, None] = {}
        self.writes: dict[str, None] = {}
        self.holes: list[int] = []
        self.node = node
        self.lower = False

    def skeleton(self) -> Skeleton:
        """The record."""
        return Skeleton(tuple(self.calls), tuple(self.writes), tuple(self.holes))


class Scope:
    """What holds for everything inside the item or block that is being walked."""

    def __init__(self) -> None:
        self.path = ""
        self.anchors: tuple[int, ...] = ()
        self.cfg = ""
        self.test = False
        self.function = -1
        self.impl_ = -1
        self.trait = -1
        self.macro = -1
        self.definition = -1
        self.foreign = False
        self.matcher = b""
        self.candidates: list[Candidate] | None = None
        self.calls = Calls()

    def inner(self) -> Scope:
        """A copy, to be changed by the construct that opens it."""
        copy = object.__new__(Scope)
        copy.__dict__ = self.__dict__.copy()
        return copy


class FileDraft:
    """Lists of one file, each in source order, and where the walk stands."""

    __slots__ = (
        "above", "attributes", "callee", "comments", "cursor", "depth", "doc_mark", "expanded", "extern_blocks", "frames", "functions", "impls",
        "inner", "macro_calls", "macro_definitions", "modules", "nested", "parsed", "predicates", "scope",
        "skeletons", "speaks_of_safety", "text", "traits", "types", "unsafe_blocks", "unsafe_values", "uses", "values",
    )  # fmt: skip

    def __init__(self, parsed: Parsed) -> None:
        self.parsed = parsed
        self.text = parsed.text
        self.speaks_of_safety = b"safety" in parsed.text.lower()
        self.expanded: Container[str] = ()
        self.cursor: TreeCursor = parsed.tree.walk()
        self.scope = Scope()
        self.frames: list[tuple[int, Scope]] = []
        self.above: list[Node] = []
        self.depth = 0
        self.nested = 0
        self.callee = (-1, -1)
        self.comments: list[tuple[int, int]] = []
        self.doc_mark = b""
        self.attributes: list[tuple[int, int, Attribute]] = []
        self.inner: list[Attribute] = []
        self.predicates: list[tuple[int, int, str]] = []
        self.skeletons: list[Calls] = []
        self.modules: list[Draft] = []
        self.uses: list[Draft] = []
        self.functions: list[Draft] = []
        self.types: list[Draft] = []
        self.traits: list[Draft] = []
        self.impls: list[Draft] = []
        self.values: list[Draft] = []
        self.extern_blocks: list[Draft] = []
        self.macro_definitions: list[Draft] = []
        self.macro_calls: list[Draft] = []
        self.unsafe_blocks: list[Draft] = []
        self.unsafe_values: list[tuple[int, Node]] = []

    def open(self, scope: Scope) -> None:
        """Make a scope current until the node that the cursor stands on ends."""
        self.frames.append((self.depth, self.scope))
        self.scope = scope
