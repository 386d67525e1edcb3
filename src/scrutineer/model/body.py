"""Bodies: Rust's evaluation order made explicit, in the manner of rustc's MIR but without its types.

`facts/` fills a body from syntax alone. What needs types stays symbolic: whether a use copies or moves, how
often a field access dereferences, whether a drop at a scope's end does anything. `program/` types it, `flow/`
decides drops and unwinding. A second front end (MIR text) can fill the same records.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from scrutineer.model.span import Span
from scrutineer.model.types import TypeRef


class Place(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A local or static and the way from it.

    Steps: `*` dereference, `.name` field (which may dereference on its way: types tell), `[]` index by a value
    that is not a place, `[_3]` index by local 3, `[7]` constant index, `[..]` subslice, `@Variant` downcast by a
    pattern. `static` names a static, const or function item as written; then `local` is -1.
    """

    local: int
    steps: tuple[str, ...] = ()
    static: str = ""

    def then(self, step: str) -> Place:
        """The place one step further."""
        return Place(self.local, (*self.steps, step), self.static)

    def is_prefix_of(self, other: Place) -> bool:
        """Whether the other place lies inside this one (or is it)."""
        return (
            self.local == other.local
            and self.static == other.static
            and other.steps[: len(self.steps)] == self.steps
        )


Mode = Literal[
    "use",  # by value: a move, or a copy if the type is Copy
    "receiver",  # receiver of a method call: by value, & or &mut, as the method says
    "constant",  # no place: a literal or a path to a const
]


class Operand(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What an operation takes in. `constant` is the literal or path as written."""

    mode: Mode
    place: Place | None = None
    constant: str = ""


OperationKind = Literal[
    "assign",  # target = operand
    "borrow",  # target = &operand        (mutable: `&mut`)
    "raw_borrow",  # target = &raw operand    (mutable: `&raw mut`)
    "call",  # target = callee(operands)
    "binary",  # target = a `name` b (`+`, `<`, `==`, …; `+=` has its target as first operand)
    "unary",  # target = `name` a  (`-`, `!`)
    "cast",  # target = a as `type`
    "aggregate",  # target = name { operands } (tuple: "()", array: "[]", repeat: "[;]", closure: "closure#N")
    "match",  # the place is inspected by patterns: a read
    "drop",  # the place may be dropped here (scope end, temporary, overwritten value)
    "storage_dead",  # the local's storage ends; references to it dangle from here
    "await",  # suspension point
    "yield",
    "asm",
    "opaque",  # a macro that nothing is known about: may read, write, call, unwind, return
    "format",  # print, format and log macros: operands are read by reference, formatting code runs
    "panic",  # panic!, unreachable!, a failed assert: unwinds always
]


class Callee(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Who is called, as written.

    `path`: `name` is the path (`Vec::<u8>::new`, `<T as Tr>::f` with `self_type`/`trait` set, `f`);
    `method`: `name` is the method, the first operand the receiver; `value`: the first operand is called.
    """

    form: Literal["path", "method", "value"]
    name: str
    generics: tuple[TypeRef, ...] = ()
    self_type: TypeRef | None = None
    trait: TypeRef | None = None


class Operation(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One step. Calls do not end blocks; a call's unwind path follows from its scope (see Scope)."""

    kind: OperationKind
    span: Span
    scope: int
    target: Place | None = None
    operands: tuple[Operand, ...] = ()
    name: str = ""  # operator, aggregate, macro path
    callee: Callee | None = None
    type: TypeRef | None = None  # of a cast, of an aggregate's path
    mutable: bool = False
    fields: tuple[str, ...] = ()  # names of an aggregate's operands; last "..": functional update
    unsafe_block: int = -1  # index into the file's unsafe blocks, the innermost that encloses it
    expansion: int = 0  # index into Body.expansions; 0: written here
    cfg: str = ""  # predicate of the statement, arm or field it belongs to


TerminatorKind = Literal["goto", "branch", "match", "return", "unreachable", "cfg"]


class Terminator(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """How a block ends.

    `branch`: on the boolean `condition`, targets are (true, false). `match`: targets, one per entry of
    `labels`, each a pattern's test (`Some`, `None`, `Ok`, `3`, `_`); `condition` is the scrutinee. `cfg`: labels
    are predicates. `return`: no targets; `label` says whether by `return`, `?`, or falling off the end.
    """

    kind: TerminatorKind
    span: Span
    targets: tuple[int, ...] = ()
    condition: Operand | None = None
    labels: tuple[str, ...] = ()


class Block(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A basic block: operations in order, then the terminator."""

    operations: tuple[Operation, ...]
    terminator: Terminator


class Local(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A variable, parameter or temporary. Local 0 is the result; then parameters in order.

    `scope` is where it is declared: it is dropped at that scope's end, in reverse order of declaration.
    """

    name: str
    kind: Literal["result", "parameter", "variable", "temporary", "capture"]
    scope: int
    span: Span
    type: TypeRef | None = None  # as annotated
    mutable: bool = False
    reference: bool = False  # bound by `ref`


class Scope(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A drop scope: function, block, statement (its temporaries), arm, condition, loop body, closure.

    When an operation in scope s unwinds, every local of s and of its parents that is then initialised is
    dropped, innermost scope first, in reverse order of declaration.
    """

    parent: int
    kind: Literal["function", "arguments", "block", "statement", "arm", "condition", "loop", "tail"]
    span: Span


class Expansion(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One macro expansion: where it was invoked, and where the definition stands (unset for models)."""

    macro: str
    call: Span
    definition: Span | None = None


class Body(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One function, closure, async block or const initialiser, lowered."""

    function: int  # index into the file's functions; -1 for a const or static
    value: int = -1  # index into the file's values
    closure: int = -1  # its number among `closures` of the enclosing body
    span: Span
    parameters: int = 0  # locals 1..parameters
    locals: tuple[Local, ...]
    scopes: tuple[Scope, ...]
    blocks: tuple[Block, ...]  # block 0 is the entry
    closures: tuple[Body, ...] = ()
    expansions: tuple[Expansion, ...] = ()
    captures: tuple[tuple[int, int], ...] = ()  # (local here, local of the enclosing body)
    by_move: bool = False  # `move` closure
    asynchronous: bool = False
    damaged: bool = False  # stands in or beside a parse error
    holes: tuple[int, ...] = ()  # indexes of the file's macro calls that are opaque here


class Skeleton(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What is known of a function whose body is not lowered.

    `calls`: paths as written, and methods as `.name`; `writes`: field paths that are assigned, borrowed
    `&mut` or used as a method's receiver (`self.head`).
    """

    calls: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    holes: tuple[int, ...] = ()
