"""Items of one source file as the worker records them: what is declared, where, how visible, for which cfg.

Everything here depends on that file alone. Paths are relative to the file's module; `program/` gives them their crate.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from scrutineer.model.span import Span
from scrutineer.model.types import TypeRef


class Bound(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One `where` predicate or inline bound: `T: Send + 'a` (`?Sized` keeps its question mark in the name).

    `subject` is a type, or a `path` named by its lifetime for `'a: 'b`.
    """

    subject: TypeRef
    traits: tuple[TypeRef, ...] = ()
    lifetimes: tuple[str, ...] = ()


class Generics(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Parameters in order of writing; inline bounds are among `bounds`."""

    lifetimes: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    consts: tuple[str, ...] = ()
    bounds: tuple[Bound, ...] = ()
    defaults: tuple[TypeRef | None, ...] = ()  # of `types`, in order; shorter where the last have none


class Attribute(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """`#[path(arguments)]`: `unsafe(no_mangle)` has path `no_mangle` and `unsafe` set."""

    path: str
    arguments: str
    span: Span
    unsafe: bool = False


class SafetyComment(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A comment that argues safety, without comment marks, lines joined by newlines."""

    text: str
    span: Span
    form: Literal["line", "block", "doc", "trailing"] = "line"


class Item(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What every item has.

    `scope` is the path of what encloses it inside the file (`inner::tests`, `Type` of an impl, `outer_fn`),
    `span` the whole item with attributes and doc comment, `name_span` its name (of an impl: its header).
    """

    name: str
    scope: str = ""
    span: Span
    name_span: Span
    visibility: str = ""  # "" private, "pub", "crate", "super", "in path::to"
    cfg: str = ""  # conjunction of its own and its enclosing items' predicates, "" is always
    attributes: tuple[Attribute, ...] = ()
    doc: str = ""  # doc comment text, only where it has a section `# Safety`, `# Invariants` or `# Panics`, or speaks of callers or of unsafe
    test: bool = False  # under a test predicate (test, loom, kani, miri, doctest)
    opaque: bool = False  # written inside a macro definition or invocation that was not expanded
    macro: int = -1  # index of the innermost MacroCall of this file that it is written in, or -1
    definition: int = -1  # index of the innermost MacroDefinition of this file that it is written in, or -1


class ModuleItem(Item, frozen=True, kw_only=True, gc=False):
    """`mod name;` or `mod name { … }`; `path` is the argument of `#[path]`.

    `include!("path")` is one without a name: what it includes is of the surrounding module.
    """

    inline: bool
    path: str = ""
    macro_use: bool = False
    included: bool = False  # `include!` of a literal path


class UseItem(Item, frozen=True, kw_only=True, gc=False):
    """One leaf of a `use` tree: `name` is what it brings into scope (`*` for a glob, `_` for nothing)."""

    target: str
    extern_crate: bool = False


class Parameter(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One parameter: pattern as written; `name` is its binding where the pattern is a plain name."""

    name: str
    type: TypeRef
    pattern: str = ""
    mutable: bool = False


CandidateKind = Literal["call", "method", "deref", "field", "static", "macro", "asm"]


class Candidate(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An operation that may be unsafe: which ones are is decided with the crate in view."""

    kind: CandidateKind
    text: str  # callee path, method or field or static name, macro path; of a deref its operand
    span: Span


class UnsafeBlock(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One `unsafe { … }`, with the operations that may be the reason for it."""

    span: Span  # from `unsafe` to `}`
    function: int = -1  # index into FileFacts.functions, -1 outside any (a const, a macro)
    comments: tuple[SafetyComment, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    cfg: str = ""
    test: bool = False
    macro: int = -1  # as Item.macro
    definition: int = -1  # as Item.definition
    damaged: bool = False  # stands beside a parse error: what it holds may be incomplete


class Function(Item, frozen=True, kw_only=True, gc=False):
    """A function, method, foreign function or trait method.

    `impl_` and `trait` are indexes into the file's impls and traits, -1 where it is a free function.
    """

    generics: Generics = Generics()
    parameters: tuple[Parameter, ...] = ()
    receiver: str = ""  # "", "self", "&self", "&mut self", or "typed" (then parameters[0] is self)
    receiver_lifetime: str = ""  # `'a` of `&'a self`
    result: TypeRef = TypeRef("tuple")
    unsafe: bool = False
    const: bool = False
    asynchronous: bool = False
    abi: str = ""  # "C", "C-unwind"; a bare `extern` is "C"
    foreign: bool = False  # declared in an extern block
    safe: bool = False  # `safe fn` in an `unsafe extern` block
    variadic: bool = False
    impl_: int = -1
    trait: int = -1
    body_span: Span | None = None  # braces included
    comments: tuple[
        SafetyComment, ...
    ] = ()  # above it or its attributes, and of an unsafe fn those in its body
    candidates: tuple[Candidate, ...] = ()  # of an unsafe fn: in its body, outside any unsafe block
    parent: int = -1  # enclosing function


class Field(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One field; of a tuple struct the name is its number."""

    name: str
    type: TypeRef
    visibility: str = ""
    cfg: str = ""
    span: Span


class Variant(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One variant of an enum."""

    name: str
    fields: tuple[Field, ...] = ()
    discriminant: str = ""
    cfg: str = ""


class TypeItem(Item, frozen=True, kw_only=True, gc=False):
    """A struct, enum, union or type alias (also an associated type of an impl or a trait)."""

    form: Literal["struct", "enum", "union", "alias", "opaque"]
    generics: Generics = Generics()
    fields: tuple[Field, ...] = ()
    variants: tuple[Variant, ...] = ()
    aliased: TypeRef | None = None
    bounds: tuple[TypeRef, ...] = ()  # traits that a trait demands of its associated type
    representation: tuple[str, ...] = ()  # arguments of `#[repr]`
    derives: tuple[str, ...] = ()
    impl_: int = -1
    trait: int = -1


class TraitItem(Item, frozen=True, kw_only=True, gc=False):
    """A trait; its methods are functions whose `trait` names it."""

    generics: Generics = Generics()
    supertraits: tuple[TypeRef, ...] = ()
    unsafe: bool = False
    auto: bool = False
    comments: tuple[SafetyComment, ...] = ()


class ImplItem(Item, frozen=True, kw_only=True, gc=False):
    """An impl block; `name` is its header as `impl Send for Type<T>`."""

    generics: Generics = Generics()
    trait: TypeRef | None = None
    negative: bool = False
    type: TypeRef
    unsafe: bool = False
    comments: tuple[SafetyComment, ...] = ()
    shared_comment: bool = False  # the comment stands above the first of a run of impls


class ValueItem(Item, frozen=True, kw_only=True, gc=False):
    """A const or static (also foreign and associated)."""

    form: Literal["const", "static"]
    type: TypeRef
    mutable: bool = False
    foreign: bool = False
    safe: bool = False
    comments: tuple[SafetyComment, ...] = ()  # above it or its attributes (for unsafe attributes)
    value: str = ""  # the initialiser as written, cut at 200 bytes
    impl_: int = -1
    trait: int = -1


class ExternBlock(Item, frozen=True, kw_only=True, gc=False):
    """`extern "C" { … }`; `name` is the ABI."""

    unsafe: bool = False
    comments: tuple[SafetyComment, ...] = ()


class MacroDefinition(Item, frozen=True, kw_only=True, gc=False):
    """`macro_rules! name { … }` or `macro name`; `body` is the text of its rules, parsed only on demand."""

    body: Span
    exported: bool = False
    declarative2: bool = False
    comments: tuple[SafetyComment, ...] = ()  # inside it, on nothing that was read as unsafe


class MacroCall(Item, frozen=True, kw_only=True, gc=False):
    """An invocation that is a hole in what was read: `name` is its path."""

    arguments: Span  # inside the delimiters
    delimiter: Literal["(", "[", "{"]
    position: Literal["item", "statement", "expression", "pattern", "type"]
    function: int = -1
    comments: tuple[SafetyComment, ...] = ()  # above or inside it: a macro may stand for something unsafe
