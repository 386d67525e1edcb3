"""What is being built while one body is lowered: locals, scopes, blocks, names.

The records of `model.body` are frozen; this is their scaffolding. Functions of this package take it first.
A block number of -1 means that control cannot arrive here: operations go into a list that is thrown away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from scrutineer.model.body import (
    Body,
    Callee,
    Expansion,
    Local,
    Operand,
    Operation,
    OperationKind,
    Place,
    ScopeKind,
    TerminatorKind,
)
from scrutineer.model.span import Span
from scrutineer.model.types import TypeRef

DEAD = -1
MOST_DROPS = 300_000
"""Possible drops of one body. Each way out writes its own; only code made to hurt comes near this."""


class TooLargeError(Exception):
    """A body whose ways out would fill the memory; it is not lowered."""


class Fragment(NamedTuple):
    """The text that a macro call stands for, already expanded; it replaces the call.

    `origin` maps a byte range of the text to where it was written.
    """

    text: bytes
    origin: Callable[[int, int], Span]
    definition: Span | None = None


class MacroSite(NamedTuple):
    """A macro call inside a body, as the one who may expand it needs it: `arguments` stand inside the delimiters."""

    name: str
    arguments: bytes
    call: Span
    inside: Span
    position: str  # "expression", "statement" or "pattern"


class Context(NamedTuple):
    """What lowering is told about the file that a body stands in.

    `unsafe_blocks` and `macro_calls` map the first byte of a construct to its index in the file's facts,
    `defined` are macro names that the crate defines itself, so that the table of known macros does not apply;
    `expand` answers what a macro call expands to, or None.
    """

    edition: int = 2021
    unsafe_blocks: Mapping[int, int] = {}
    macro_calls: Mapping[int, int] = {}
    defined: frozenset[str] = frozenset()
    expand: Callable[[MacroSite], Fragment | None] | None = None


class Breakable(NamedTuple):
    """A loop or labelled block that `break` can leave: where to, into which place, and how many scopes stay open."""

    label: str
    loop: bool
    depth: int
    after: int
    head: int
    target: Place | None


class Draft:
    """A block in the making."""

    __slots__ = ("condition", "kind", "labels", "operations", "span", "targets")

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self.kind: TerminatorKind = "unreachable"
        self.span: Span | None = None
        self.targets: tuple[int, ...] = ()
        self.condition: Operand | None = None
        self.labels: tuple[str, ...] = ()


class Builder:
    """One body in the making. `parent` is the enclosing body's builder, for closures."""

    __slots__ = (
        "block",
        "borrowed",
        "breakables",
        "call",
        "captures",
        "cfg",
        "closures",
        "context",
        "damaged",
        "depth",
        "drafts",
        "drops",
        "expansion",
        "expansions",
        "extended",
        "holding",
        "holes",
        "live",
        "locals",
        "names",
        "operations",
        "order",
        "origin",
        "parent",
        "reached",
        "root",
        "scope",
        "scopes",
        "shift",
        "stack",
        "temporaries",
        "text",
        "undo",
        "unsafe_block",
    )

    def __init__(self, text: bytes, context: Context, parent: Builder | None = None) -> None:
        self.text = text
        self.context = context
        self.parent = parent
        self.shift = 0
        self.origin: Callable[[int, int], Span] | None = None
        self.expansion = 0
        self.expansions: list[Expansion] = []
        self.depth = 0
        self.locals: list[Local] = []
        self.scopes: list[tuple[int, ScopeKind, Span]] = []
        self.order: list[list[int]] = []
        self.live: list[list[int]] = []
        self.stack: list[int] = []
        self.scope = -1
        self.temporaries = -1
        self.root = 0
        self.borrowed: set[int] = set()
        self.drops = 0
        self.drafts: list[Draft] = [Draft()]
        self.reached: set[int] = {0}
        self.block = 0
        self.operations = self.drafts[0].operations
        self.names: dict[str, int | Place] = {}
        self.undo: list[tuple[str, int | Place | None]] = []
        self.breakables: list[Breakable] = []
        self.extended: dict[int, int] = {}
        self.holding: list[bool] = []
        self.unsafe_block = -1
        self.cfg = ""
        self.closures: list[Body] = []
        self.captures: dict[Place, int] = {}
        self.holes: list[int] = []
        self.call: tuple[int, Span] | None = (
            None  # node of the macro call whose arguments are framed, its span
        )
        self.damaged = False


def emit(
    builder: Builder,
    kind: OperationKind,
    span: Span,
    target: Place | None = None,
    operands: tuple[Operand, ...] = (),
    name: str = "",
    callee: Callee | None = None,
    type_: TypeRef | None = None,
    mutable: bool = False,
    fields: tuple[str, ...] = (),
) -> None:
    """Add an operation to the current block."""
    builder.operations.append(
        Operation(
            kind,
            span,
            builder.scope,
            target,
            operands,
            name,
            callee,
            type_,
            mutable,
            fields,
            builder.unsafe_block,
            builder.expansion,
            builder.cfg,
        )
    )


def new_block(builder: Builder) -> int:
    """A block that nothing leads to yet."""
    builder.drafts.append(Draft())
    return len(builder.drafts) - 1


def start(builder: Builder, block: int) -> None:
    """Go on building in a block; if nothing leads there, what follows cannot be reached."""
    if block in builder.reached:
        builder.block = block
        builder.operations = builder.drafts[block].operations
    else:
        builder.block = DEAD
        builder.operations = []


def resume(builder: Builder, block: int) -> None:
    """Go back to a block that was left open (DEAD: to nowhere)."""
    builder.block = block
    builder.operations = [] if block == DEAD else builder.drafts[block].operations


def terminate(
    builder: Builder,
    kind: TerminatorKind,
    span: Span,
    targets: tuple[int, ...] = (),
    condition: Operand | None = None,
    labels: tuple[str, ...] = (),
) -> None:
    """End the current block; what follows, until a block is started, cannot be reached."""
    block = builder.block
    if block == DEAD:
        return
    draft = builder.drafts[block]
    draft.kind = kind
    draft.span = span
    draft.targets = targets
    draft.condition = condition
    draft.labels = labels
    builder.reached.update(targets)
    builder.block = DEAD
    builder.operations = []


def goto(builder: Builder, span: Span, block: int) -> None:
    """Jump."""
    terminate(builder, "goto", span, (block,))
