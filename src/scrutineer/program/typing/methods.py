"""Which method `receiver.name(…)` means: rustc's probing, on types as far as they are known.

After the Rust Reference, "Method-call expressions": for each type that the receiver dereferences to, methods that
take it by value, then by `&`, then by `&mut`; inherent ones before those of traits. Where impls compete and
types do not tell, the answer is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import msgspec

from scrutineer.model.types import TypeRef
from scrutineer.program.cfg import expected
from scrutineer.program.members import ImplRecord, Member, member_of
from scrutineer.program.project import bounds_on, impl_applies
from scrutineer.program.tables.standard import family
from scrutineer.program.terms import (
    Bindings,
    fits,
    head,
    is_concrete,
    match,
    parameters_in,
    reference,
    substitute,
)
from scrutineer.program.typing.deref import Steps

if TYPE_CHECKING:
    from scrutineer.program.typing.traits import TraitScope

_OPEN = ("param", "projection", "impl", "dyn")


class Found(msgspec.Struct, frozen=True, gc=False):
    """A function found by name for a type, with what the parameters of its impl or trait are."""

    member: Member
    self_type: TypeRef
    bindings: Bindings
    record: ImplRecord | None = None
    bound: TypeRef | None = None  # the bound that gives an open type the method
    inherent: bool = False
    dereferences: int = 0
    autoref: Literal["", "&", "&mut"] = ""


class Methods:
    """Method lookup with given bounds, in the view of one crate."""

    def __init__(self, steps: Steps, traits: TraitScope, implemented: str = "", cfg: str = "") -> None:
        self.steps = steps
        self.index = steps.index
        self.traits = traits
        self.cfg = cfg
        self.shared = traits.known if expected(cfg, "") else {}
        self.implemented = implemented  # the trait that is being implemented or declared: it is in scope
        self._known: dict[tuple[TypeRef, str], tuple[Found, ...]] = {}

    def method(self, receiver: TypeRef, name: str, module: int) -> list[Found]:
        """What a method call means; several where types do not decide, none where nothing is known."""
        seen: list[TypeRef] = []
        for count, type_ in enumerate(self._chain(receiver)):
            seen.append(type_)
            found = self._at(type_, seen, name, module, count)
            if found:
                return found
        return []

    def _chain(self, receiver: TypeRef) -> Iterator[TypeRef]:
        last = receiver
        for last in self.steps.chain(receiver):
            yield last
        if last.kind == "array":
            yield TypeRef("slice", args=last.args)
        elif last.kind == "pointer" and last.mutable:
            yield TypeRef("pointer", args=last.args)

    def _at(self, type_: TypeRef, seen: list[TypeRef], name: str, module: int, count: int) -> list[Found]:
        """Candidates at one step of dereferencing, in the order in which Rust tries them."""
        own = self.named(type_, name, module)
        by_value = [found for found in own if _takes(found, "self") or _takes_typed(found, seen)]
        if type_.kind == "ref":
            wanted = "&mut self" if type_.mutable else "&self"
            behind = self.named(type_.args[0], name, module)
            inner = [_moved(found, count + 1, "") for found in behind if _takes(found, wanted)]
            if picked := _pick([*[_moved(found, count, "") for found in by_value], *inner]):
                return picked
        elif picked := _pick([_moved(found, count, "") for found in by_value]):
            return picked
        shared = [_moved(found, count, "&") for found in own if _takes(found, "&self")]
        on_reference = [
            _moved(found, count, "&")
            for found in self.named(reference(type_), name, module)
            if _takes(found, "self") and head(found.self_type) == "reference" and found.record is not None
        ]
        if picked := _pick([*shared, *on_reference]):
            return picked
        return _pick([_moved(found, count, "&mut") for found in own if _takes(found, "&mut self")])

    def named(self, type_: TypeRef, name: str, module: int) -> tuple[Found, ...]:
        """Functions of that name whose `Self` is the type: inherent ones, then those of traits in scope."""
        if type_.kind in ("unknown", "infer"):
            return ()
        key = (type_, name)
        found = self._known.get(key) or self.shared.get(key)
        if found is None:
            found = (*self._inherent(type_, name), *self._of_traits(type_, name))
            known = self.shared if is_concrete(type_) else self._known
            known[key] = found
        return tuple(
            [
                each
                for each in found
                if not each.member.trait
                or each.bound
                or each.member.trait == self.implemented
                or self.traits.visible(module, each.member.trait)
            ]
        )

    def _inherent(self, type_: TypeRef, name: str) -> Iterator[Found]:
        index = self.index
        name_of_head = head(type_)
        if not name_of_head:
            return
        for record in index.inherent(name_of_head):
            functions = index.functions_of(record).get(name)
            program = index.program.crate_of(record.crate)
            bindings: Bindings = {}
            if functions and program is not None and match(record.type, type_, record.names, bindings):
                for function in functions:
                    member = member_of(program, function)
                    yield Found(member, type_, bindings, record, inherent=True)
        for header, member in index.library_members(family(type_), name):
            bindings = {}
            if match(
                header.type, type_, frozenset((*header.generics.types, *header.generics.consts)), bindings
            ):
                yield Found(member, type_, bindings, inherent=True)

    def _of_traits(self, type_: TypeRef, name: str) -> Iterator[Found]:
        seen: set[str] = set()
        if type_.kind in _OPEN:
            for bound in bounds_on(self.index, type_, self.steps.bounds):
                info = self.index.trait(bound.name)
                if info is not None and name in info.members:
                    seen.add(bound.name)
                    bindings = {"Self": type_, **dict(zip(info.parameters, bound.args, strict=False))}
                    yield Found(info.members[name], type_, bindings, bound=bound)
        for path in self.traits.declaring(name):
            if path not in seen:
                yield from self.of_trait(type_, path, name)

    def of_trait(self, type_: TypeRef, path: str, name: str) -> Iterator[Found]:
        """The member of one trait, by each impl that gives it to the type."""
        info = self.index.trait(path)
        if info is not None and name not in info.members:
            return
        for record, bindings in self.index.matching(type_, path):
            if record.negative or record.trait is None or not expected(record.cfg, self.cfg):
                continue
            if not impl_applies(self.index, record, bindings, self.steps.bounds):
                continue
            given = [substitute(arg, bindings) for arg in record.trait.args]
            open_ = frozenset(record.names - set(bindings))
            known = {"Self": type_}
            known |= {
                n: t
                for n, t in zip(info.parameters if info else (), given, strict=False)
                if open_.isdisjoint(parameters_in(t))
            }
            program = self.index.program.crate_of(record.crate)
            functions = self.index.functions_of(record).get(name)
            if functions and program is not None:
                for function in functions:
                    member = member_of(program, function, path)
                    yield Found(member, type_, {**known, **bindings}, record)
            elif info is not None:
                yield Found(info.members[name], type_, known, record)


def _takes(found: Found, receiver: str) -> bool:
    return found.member.signature.receiver == receiver


def _takes_typed(found: Found, seen: list[TypeRef]) -> bool:
    """Whether `self: Pin<&mut Self>` and its like take one of the types seen, as it is."""
    signature = found.member.signature
    if signature.receiver != "typed" or not signature.parameters:
        return False
    wanted = substitute(signature.parameters[0], {**found.bindings, "Self": found.self_type})
    return any(fits(wanted, type_) or fits(wanted, reference(type_)) for type_ in seen)


def _moved(found: Found, dereferences: int, autoref: Literal["", "&", "&mut"]) -> Found:
    return Found(
        found.member,
        found.self_type,
        found.bindings,
        found.record,
        found.bound,
        found.inherent,
        dereferences,
        autoref,
    )


def _pick(found: list[Found]) -> list[Found]:
    """Inherent functions hide those of traits, bounds those of impls."""
    for wanted in ([each for each in found if each.inherent], [each for each in found if each.bound]):
        if wanted:
            return wanted
    return found
