"""Safety cases: for one unsafe site what must hold, what makes it hold, and what the case rests on."""

from __future__ import annotations

from typing import Literal

import msgspec

from scrutineer.model.contract import Claim, Property
from scrutineer.model.site import Site
from scrutineer.model.span import Location, Span

Status = Literal["discharged", "delegated", "claimed", "contradicted", "open"]

EvidenceKind = Literal[
    "check",  # a dominating check on the same place
    "type",  # the type guarantees it: a reference, NonNull, an array of that length
    "construction",  # the place was made in this body by something that guarantees it
    "guard",  # a live guard of the lock
    "contract",  # the enclosing unsafe function asks it of its caller
    "invariant",  # a documented `# Invariants` section that speaks of the field
    "writers",  # every function that can change the field keeps it so, and is named
    "claim",  # a sentence of a SAFETY comment that was verified against the code
    "exploration",  # interleavings explored within bounds, and none breaks it
]

Verdict = Literal["unverified", "verified", "contradicted"]

WhyUnsafe = Literal[
    "foreign call",
    "hardware",  # volatile access, assembly, intrinsics of one processor
    "container internals",  # raw memory that a data structure manages itself
    "unchecked",  # a checked form exists; the check was left out
    "thread assertion",  # `unsafe impl Send` or `Sync`
    "trait promise",  # any other `unsafe impl`
    "type punning",  # bytes or one type read as another
    "shared state",  # `static mut`, cells and pointers to what several owners reach
    "contract",  # a precondition that its author wrote
    "linkage",  # symbols and sections
]


class Testimony(msgspec.Struct, frozen=True, kw_only=True):
    """A claim of a SAFETY comment as it stands at a site, and what checking it against the code gave."""

    claim: Claim
    span: Span  # of the comment, in the site's file
    location: Location  # the same in lines
    verdict: Verdict = "unverified"
    reason: str = ""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What in the code supports an obligation, in one sentence, and where."""

    kind: EvidenceKind
    text: str
    location: Location


class Obligation(msgspec.Struct, frozen=True, kw_only=True):
    """One precondition, bound to the site's actual arguments.

    `subject` is the argument as written (`self.head`), `requirement` the sentence with the argument filled in,
    `source` where it comes from: the path of the callee whose contract asks it, or the kind of operation.
    """

    property: Property
    subject: str
    requirement: str
    source: str
    condition: str = ""
    status: Status = "open"
    evidence: tuple[Evidence, ...] = ()
    contradiction: str = ""  # what makes it false; the id of the finding that says so, if there is one
    finding: str | None = None


class BaseEntry(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One item whose change can falsify a case, and why it is in the trusted base."""

    item: str
    location: Location
    lines: int
    reason: str  # `writes Node.death_list (private: module node)`
    field: str = ""
    digest: str = ""  # of the item's normalised text


class TrustedBase(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a case rests on; `digest` changes exactly when one of the entries' normalised text does.

    `world` names a field that any other crate can write: then no base is large enough.
    """

    entries: tuple[BaseEntry, ...] = ()
    lines: int = 0
    digest: str = ""
    world: tuple[str, ...] = ()


class SafetyCase(msgspec.Struct, frozen=True, kw_only=True):
    """One site with its obligations, claims and trusted base."""

    site: Site
    operation: str  # the operation as written, on one line
    why_unsafe: WhyUnsafe = "contract"
    obligations: tuple[Obligation, ...] = ()
    claims: tuple[Testimony, ...] = ()
    base: TrustedBase = TrustedBase()

    @property
    def settled(self) -> bool:
        """Whether every obligation is discharged or delegated; one that may be no unsafe operation at all never is."""
        return (
            self.site.certain
            and bool(self.obligations)
            and all(o.status in {"discharged", "delegated"} for o in self.obligations)
        )
