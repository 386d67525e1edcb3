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

    Steps: `*` dereference, `.name` field (which may dereference on its way: types tell), `[_3]` index by local 3
    (of any type: a range selects a slice), `[7]` or `[N]` index by a constant as written, `[7:]` element of a slice
    pattern counted from the front, `[:1]` counted from the end, `[..]` subslice bound by a pattern, `@Variant`
    downcast by a pattern to the variant (or struct) as written, `@?` the payload of a successful `?`.
    `static` names a static, const or function item as written; then `local` is -1.
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
    "read",  # looked at or borrowed shared, never moved: operands of `==` and `<`, format arguments, scrutinees
    "write",  # borrowed mutably or written through, never moved: left side of `+=`, `out(reg)`, closure captures
    "constant",  # a literal, or a path used by value; the place then holds the path as its `static`
]


class Operand(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What an operation takes in. `constant` is the literal or path as written."""

    mode: Mode
    place: Place | None = None
    constant: str = ""


OperationKind = Literal[
    "assign",  # target = operand (name "bind": by a pattern, where a reference on the way makes it a borrow)
    "borrow",  # target = &operand        (mutable: `&mut`)
    "raw_borrow",  # target = &raw operand    (mutable: `&raw mut`)
    "call",  # target = callee(operands)
    "binary",  # target = a `name` b (`+`, `<`, `==`, …); `+=` writes its first operand and has no target
    "unary",  # target = `name` a  (`-`, `!`)
    "cast",  # target = a as `type`
    "aggregate",  # target = name { operands }: a struct's path, or a name of AGGREGATES
    "match",  # the place is mentioned by a pattern that binds nothing (`let _ = place`): no read, no move
    "drop",  # the place may be dropped here (scope end, temporary, overwritten value)
    "storage_dead",  # the local's storage ends; references to it dangle from here
    "await",  # suspension point
    "yield",  # suspension point of a generator
    "asm",
    "opaque",  # a macro that nothing is known about: may read, write, call, unwind, return
    "format",  # print, format and log macros (`name`): operands are read, formatting code runs
    "panic",  # panic!, unreachable!, a failed assert: unwinds always
]

AGGREGATES = {
    "()": "tuple",
    "[]": "array",
    "[;]": "array by repetition: value, count",
    "vec![]": "Vec of the operands (allocates)",
    "vec![;]": "Vec by repetition: value, count (allocates, clones)",
    "..": "range; fields are `start`, `end`",
    "..=": "inclusive range",
    "closure#N": "closure N of this body; operands are its captures, in the order of `Body.captures`",
    "async#N": "the same for an async block",
}
"""Names of aggregates that no source path gives."""


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


TerminatorKind = Literal["goto", "branch", "match", "try", "cfg", "return", "unreachable"]


class Terminator(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """How a block ends.

    `branch`: on the boolean `condition`, targets are (true, false).
    `match`: `condition` reads the scrutinee; targets, one per entry of `labels`, each a pattern's test, the first
    that holds is taken: a path (`Some`, `Self::A`), a literal (`3`, `'a'`), a range (`1..=5`), `[3]` a slice of
    that length, `[2..]` of at least that length, `_` anything. The last label holds if no other does.
    `try`: of `?`; targets are (goes on, returns early).
    `cfg`: labels are predicates, `condition` is unset.
    `return`: no targets; `labels` has one entry: `return`, `?`, or `end` (falling off the end).
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

    `scope` is the scope at whose end its storage ends; `Scope.locals` says in which order.
    """

    name: str  # "" of a temporary, and of a parameter that a pattern takes apart
    kind: Literal["result", "parameter", "variable", "temporary", "capture"]
    scope: int
    span: Span
    type: TypeRef | None = None  # as annotated
    mutable: bool = False
    reference: bool = False  # bound by `ref`


ScopeKind = Literal[
    "function",
    "block",  # its variables
    "statement",  # its temporaries
    "arm",  # of a match: its bindings and the temporaries of its value
    "condition",  # of an `if` with `let`: its bindings; of any other condition: its temporaries
    "loop",  # one turn; also the iterator of a `for`
    "body",  # whatever else ends the life of temporaries: bodies of functions and loops, branches of an `if`
    "operands",  # of one operation: values that wait for the next operand to be made
]


class Scope(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A drop scope: function, block, statement (its temporaries), arm, condition, loop body, closure body.

    `locals` are those dropped at its end, in the order in which they come to life there: the end of the scope
    drops them in reverse. (This is not always the order of their numbers: `let x = &f();` has a temporary
    that outlives the statement.) Locals that cannot need a drop, as their syntax shows, are left out.
    When an operation in scope s unwinds, every local of `s.locals` and of its parents' that is then initialised
    is dropped, innermost scope first, each list in reverse.
    """

    parent: int
    kind: ScopeKind
    span: Span
    locals: tuple[int, ...] = ()


class Capture(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a closure takes in: `place` of the enclosing body, known inside as `local` with the same steps.

    Inside, the captured variable is written as if it were the variable itself. `mode` is how the closure body
    uses it: `use` by value (always so for `move`), `receiver`, `read` or `write`. Captures of one variable are
    disjoint paths (edition 2021), cut at the first dereference or index.
    """

    local: int
    place: Place
    mode: Mode


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
    captures: tuple[Capture, ...] = ()
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
