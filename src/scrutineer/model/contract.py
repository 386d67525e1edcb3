"""Contracts and claims: what an unsafe operation asks, and what a SAFETY comment says, read into parts."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

Property = Literal[
    "valid",  # a pointer, handle or value that is as it was handed out; where nothing more exact is asked
    "allocated",  # memory of one live allocation
    "in-bounds",
    "aligned",
    "initialised",
    "non-null",
    "no-alias",  # nothing else reaches it against the rules of references
    "no-overlap",
    "same-allocation",
    "owned",  # given up to this call, or used up by it: no second owner, no use after
    "alive",  # outlives the use: lifetime, reference count, open handle
    "valid-value",  # of its type: enum tag, `Some`, not zero, invariants
    "utf-8",
    "terminated",  # ends in a nul byte
    "no-overflow",  # arithmetic, sizes in bytes
    "layout",  # size, alignment, representation, signature
    "no-data-race",
    "lock-held",
    "in-list",  # is a member of that container
    "not-in-list",
    "pinned",  # does not move
    "thread-affine",  # on which thread it may run or be used
    "send",  # what an `unsafe impl Send` promises
    "sync",
    "context",  # state in which it may be called: can sleep, interrupts off, initialised subsystem
    "call-once",
    "feature",  # processor features
    "unwind",  # does not unwind
    "unreachable",
    "invariant",  # an invariant of a type or of the program holds
    "other",
]
PROPERTIES: tuple[Property, ...] = get_args(Property)


class Precondition(msgspec.Struct, frozen=True, kw_only=True):
    """One precondition, not yet bound to a site's arguments.

    `parameter` is the name it is about: `self`, `result`, or empty for the call as a whole; `position` counts
    arguments with the receiver as 0, -1 where it is none. `extent` says how much memory is meant where it is not
    one value. `condition`: it is asked only then. `alternatives`: meeting one of these meets it too. `names` are
    other names its words mention. `reference` is where its source sends the reader for more (`See [..]`). `steps`
    lead from the argument to what is meant, as those of a Place do.
    """

    property: Property
    words: str
    parameter: str = ""
    position: int = -1
    extent: str = ""
    condition: str = ""
    alternatives: tuple[Precondition, ...] = ()
    names: tuple[str, ...] = ()
    reference: str = ""
    steps: tuple[str, ...] = ()


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """What one function, trait or operation asks.

    `source`: the catalogue of std (then `release` is the Rust release it was written from), a `# Safety` section,
    or the kind of operation. A section that says only where to look has no obligations and a `reference`.
    """

    of: str
    source: Literal["catalogue", "section", "operation"]
    obligations: tuple[Precondition, ...] = ()
    release: str = ""
    reference: str = ""


ClaimKind = Literal[
    "delegates",  # the caller guarantees it; by this function's safety requirements
    "invariant",  # by an invariant of a type
    "lock-held",
    "checked",  # a check before, or a fact that the code shows (`i < len`)
    "exclusive",  # nobody else has, uses, changes it; never elsewhere
    "owned",  # just created, allocated, taken; we own it
    "foreign",  # what the C side, the system or the hardware guarantees
    "type",  # what a type, reference or bound guarantees by itself (`&self` is valid; `T: Send`)
    "placeholder",  # says nothing: a note to write it later, an empty comment
    "other",  # an argument of no kind above
]
CLAIM_KINDS: tuple[ClaimKind, ...] = get_args(ClaimKind)


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a SAFETY comment says.

    `start` and `end` are offsets into the comment's text; `words` is that part of it. `names` are the names in
    code font that it mentions, and `Type` and `Type::method` words; `properties` what it speaks of.
    """

    kind: ClaimKind
    words: str
    start: int
    end: int
    names: tuple[str, ...] = ()
    properties: tuple[Property, ...] = ()
