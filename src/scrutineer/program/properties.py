"""Whether a type has a trait: three answers, and auto traits by what the type is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from scrutineer.model.items import Bound
from scrutineer.model.types import PRIMITIVES, TypeRef
from scrutineer.program.fields import library_drops, parts_of
from scrutineer.program.members import ImplRecord
from scrutineer.program.project import bounds_on, normalise
from scrutineer.program.terms import Bindings, head, match, substitute

if TYPE_CHECKING:
    from scrutineer.program.impls import ImplIndex

Answer = Literal["yes", "no", "unknown"]

SEND = "core::marker::Send"
SYNC = "core::marker::Sync"
UNPIN = "core::marker::Unpin"
COPY = "core::marker::Copy"
CLONE = "core::clone::Clone"
SIZED = "core::marker::Sized"
DROP = "core::ops::Drop"
_AUTO = frozenset({SEND, SYNC, UNPIN, "core::panic::UnwindSafe", "core::panic::RefUnwindSafe"})
_OPEN = ("param", "projection", "impl", "dyn")
_DEPTH = 24  # of types inside types; what nests deeper stays unknown


def every(answers: list[Answer]) -> Answer:
    """`no` if one says no, `yes` if all say yes."""
    return "no" if "no" in answers else "unknown" if "unknown" in answers else "yes"


class TypeProperties:
    """Answers for one crate's view; `bounds` are those in scope where the question is asked."""

    def __init__(self, index: ImplIndex) -> None:
        self.index = index
        self._answers: dict[tuple[TypeRef, str, tuple[Bound, ...]], Answer] = {}
        self._active: set[tuple[TypeRef, str]] = set()

    def implements(self, type_: TypeRef, trait: str, bounds: tuple[Bound, ...] = ()) -> Answer:
        """Whether a type has a trait, given by canonical path.

        A type parameter has what its bounds say and nothing else: `no` means "not for every argument".
        """
        key = (type_, trait, bounds)
        found = self._answers.get(key)
        if found is None:
            if (type_, trait) in self._active or len(self._active) > _DEPTH:
                return "yes" if trait in _AUTO else "unknown"  # auto traits are coinductive
            self._active.add((type_, trait))
            found = self._implements(normalise(self.index, type_, bounds), trait, bounds)
            self._active.discard((type_, trait))
            if not self._active:
                self._answers[key] = found
        return found

    def _implements(self, type_: TypeRef, trait: str, bounds: tuple[Bound, ...]) -> Answer:
        kind = type_.kind
        if kind in ("unknown", "infer", "self"):
            return "unknown"
        if kind in _OPEN:
            return self._open(type_, trait, bounds)
        if trait == SIZED:
            return "no" if kind == "slice" or (kind == "path" and type_.name == "str") else "yes"
        if trait in (COPY, CLONE) and (answer := self._copies(type_, trait, bounds)):
            return answer
        if trait in _AUTO and (answer := self._auto_of_family(type_, trait, bounds)):
            return answer
        explicit = self._explicit(type_, trait, bounds)
        if explicit is not None:
            return explicit
        if trait in _AUTO:
            return self._structural(type_, trait, bounds)
        return "no" if self._is_read(type_) else "unknown"

    def _open(self, type_: TypeRef, trait: str, bounds: tuple[Bound, ...]) -> Answer:
        known = bounds_on(self.index, type_, bounds)
        if any(found.name == trait for found in known):
            return "yes"
        if trait == CLONE and any(found.name == COPY for found in known):
            return "yes"
        if trait == SIZED:
            return "no" if type_.kind == "dyn" or any(found.name == "?" + SIZED for found in known) else "yes"
        if type_.kind == "impl" or (type_.kind == "projection" and not known):
            return "unknown"
        return "yes" if self._blanket(type_, trait, bounds) == "yes" else "no"

    def _blanket(self, type_: TypeRef, trait: str, bounds: tuple[Bound, ...]) -> Answer:
        if trait in _AUTO or trait in (COPY, DROP):
            return "no"
        answers = [
            self._conditions(record, bindings, bounds)
            for record, bindings in self.index.matching(type_, trait)
            if not head(record.type)
        ]
        return "yes" if "yes" in answers else "unknown" if "unknown" in answers else "no"

    def _copies(self, type_: TypeRef, trait: str, bounds: tuple[Bound, ...]) -> Answer | None:
        match type_.kind:
            case "ref":
                return "no" if type_.mutable else "yes"
            case "pointer" | "fn" | "never":
                return "yes"
            case "slice" | "dyn":
                return "no"
            case "closure":
                return "unknown"
            case "tuple" | "array":
                return every([self.implements(arg, trait, bounds) for arg in type_.args])
            case "path" if type_.name in PRIMITIVES:
                return "no" if type_.name == "str" else "yes"
            case _:
                return None

    def _auto_of_family(self, type_: TypeRef, trait: str, bounds: tuple[Bound, ...]) -> Answer | None:
        match type_.kind:
            case "ref" if trait in (SEND, SYNC):
                needed = trait if type_.mutable else SYNC
                return self.implements(type_.args[0], needed, bounds)
            case "ref":
                return "yes"
            case "pointer":
                return "no" if trait in (SEND, SYNC) else "yes"
            case "fn" | "never":
                return "yes"
            case "tuple" | "array" | "slice":
                return every([self.implements(arg, trait, bounds) for arg in type_.args])
            case "closure":
                return "unknown"
            case "path" if type_.name in PRIMITIVES:
                return "yes"
            case _:
                return None

    def _explicit(self, type_: TypeRef, trait: str, bounds: tuple[Bound, ...]) -> Answer | None:
        """What impls of the trait say; nothing where there is none for this type's head."""
        answers: list[Answer] = []
        seen = False
        for record in self.index.of_trait(head(type_), trait):
            seen = True
            bindings: Bindings = {}
            if match(record.type, type_, record.names, bindings):
                answers.append("no" if record.negative else self._conditions(record, bindings, bounds))
        if not answers and trait not in _AUTO:
            blanket = self._blanket(type_, trait, bounds)
            answers.extend([] if blanket == "no" else [blanket])
        if not answers:
            return "no" if seen else None
        return "yes" if "yes" in answers else "unknown" if "unknown" in answers else "no"

    def _conditions(self, record: ImplRecord, bindings: Bindings, bounds: tuple[Bound, ...]) -> Answer:
        """Whether the bounds of an impl hold for these arguments; an argument left to its default is fine."""
        return every(
            [
                self.implements(substitute(bound.subject, bindings), trait.name, bounds)
                for bound in record.bounds
                for trait in bound.traits
                if not trait.name.startswith("?") and trait.name != SIZED
                if bound.subject.kind != "param" or bound.subject.name in bindings
            ]
        )

    def _structural(self, type_: TypeRef, trait: str, bounds: tuple[Bound, ...]) -> Answer:
        parts = parts_of(self.index.program, type_)
        if parts is None:
            return "unknown"
        return every([self.implements(part, trait, bounds) for part in parts])

    def _is_read(self, type_: TypeRef) -> bool:
        """Whether all impls of a type are known: its crate was read, or the tables list it."""
        if type_.kind != "path":
            return True
        program = self.index.program
        return program.crate_of(type_.name) is not None or program.standard.kind(type_.name) is not None

    def is_copy(self, type_: TypeRef, bounds: tuple[Bound, ...] = ()) -> Answer:
        """Whether using a value of the type copies it."""
        return self.implements(type_, COPY, bounds)

    def needs_drop(self, type_: TypeRef, bounds: tuple[Bound, ...] = ()) -> Answer:
        """Whether dropping a value of the type runs code; of a type parameter without `Copy` it may."""
        type_ = normalise(self.index, type_, bounds)
        if type_.kind in ("ref", "pointer", "fn", "never"):
            return "no"
        if type_.kind in ("param", "projection"):
            return "no" if self.implements(type_, COPY, bounds) == "yes" else "unknown"
        if type_.kind == "dyn":
            return "yes"
        if type_.kind in ("unknown", "infer", "closure", "impl"):
            return "unknown"
        if type_.kind == "path":
            if type_.name in PRIMITIVES or self.implements(type_, COPY, bounds) == "yes":
                return "no"
            return self._path_needs_drop(type_, bounds)
        return _any_of([self.needs_drop(arg, bounds) for arg in type_.args])

    def _path_needs_drop(self, type_: TypeRef, bounds: tuple[Bound, ...]) -> Answer:
        known = library_drops().get(type_.name)
        if known is not None:
            arguments = type_.args if known == "arguments" else ()
            return (
                "yes" if known == "always" else _any_of([self.needs_drop(arg, bounds) for arg in arguments])
            )
        if any(True for _ in self.index.matching(type_, DROP)):
            return "yes"
        key = (type_, "needs_drop")
        if key in self._active or len(self._active) > _DEPTH:
            return "no"
        self._active.add(key)
        parts = parts_of(self.index.program, type_)
        answer: Answer = (
            "unknown" if parts is None else _any_of([self.needs_drop(each, bounds) for each in parts])
        )
        self._active.discard(key)
        return answer


def _any_of(answers: list[Answer]) -> Answer:
    return "yes" if "yes" in answers else "unknown" if "unknown" in answers else "no"
