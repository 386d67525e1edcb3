"""How a type's safe functions let values of its parameters be reached: lent, moved out, taken in.

A value that `&self` hands out by reference is shared by every thread that shares the type; one that `&self` moves out
or takes in changes threads. Where `T` shows up in no safe signature, no thread can tell where it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from scrutineer.model.items import Bound, Function
from scrutineer.model.types import TypeRef
from scrutineer.program.entries import FunctionEntry, TypeEntry
from scrutineer.program.members import ImplRecord
from scrutineer.program.program import Program
from scrutineer.program.project import normalise
from scrutineer.program.properties import CLONE, COPY, SEND, SYNC
from scrutineer.program.types import Signature

How = Literal["shares", "moves", "takes", "copies"]  # `copies` asks for Sync or Send, whichever holds

_DEEPEST = 4
_CALLABLE = frozenset({"core::ops::Fn", "core::ops::FnMut", "core::ops::FnOnce"})
_OPAQUE = frozenset(
    {
        "core::marker::PhantomData",
        "core::ptr::NonNull",
        "core::sync::atomic::AtomicPtr",
        "core::mem::Discriminant",
    }
)
_LENT = frozenset({"std::sync::RwLockReadGuard", "core::cell::Ref", "alloc::sync::Arc", "alloc::sync::Weak"})
_SKIPPED_TRAITS = frozenset({SEND, SYNC, "core::ops::Drop", "core::fmt::Debug", "core::default::Default"})


class Exposure(msgspec.Struct, frozen=True):
    """One way to reach a parameter's values. `shared`: through `&self`; `function` says where."""

    param: str
    how: How
    shared: bool
    function: int  # -1: a public field
    field: str = ""


class Exposures:
    """Exposures of a program's types, in the names of each type's declared parameters."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.index = program.impl_index
        self.implements = program.properties.implements
        self._known: dict[tuple[str, int], tuple[Exposure, ...]] = {}
        self._depth = 0

    def of(self, path: str) -> tuple[Exposure, ...]:
        """Every exposure of a type of this crate, by canonical path.

        Through other types of the crate as far as `_DEEPEST` steps, where cycles end too. Each step is kept by its
        depth: without that, types that lead to one another in many ways are walked once per way.
        """
        if self._depth > _DEEPEST:
            return ()
        key = path, self._depth
        if key not in self._known:
            self._depth += 1
            self._known[key] = tuple(dict.fromkeys(self._collect(path)))
            self._depth -= 1
        return self._known[key]

    def _collect(self, path: str) -> Iterator[Exposure]:
        entries = self.program.type_paths.get(path, ())
        declared = entries[0].item.generics.types if entries else ()
        if entries and declared:
            yield from self._of_fields(entries[0])
        for record in self.index.own_for_head(path):
            program = self.program.crate_of(record.crate)
            if program is not self.program or record.negative or record.index < 0:
                continue
            if record.trait is not None and record.trait.name in _SKIPPED_TRAITS:
                continue
            renamed = rename_to_declared(record.type, declared)
            for numbers in self.index.functions_of(record).values():
                for number in numbers:
                    yield from self._of_function(record, program.functions[number], renamed)

    def _of_fields(self, entry: TypeEntry) -> Iterator[Exposure]:
        """Public fields, and those of an enum's variants, are reached without any function."""
        item = entry.item
        open_ = [field for field in item.fields if field.visibility == "pub"]
        open_ += [field for variant in item.variants for field in variant.fields]
        scope = self.program.resolver.scope_of(entry)
        for field in open_:
            for name, how in self.outputs(self.program.resolver.resolve(field.type, scope), ()):
                if how != "takes":
                    yield Exposure(name, "shares", shared=True, function=-1, field=field.name)
                    yield Exposure(name, how, shared=False, function=-1, field=field.name)

    def _of_function(
        self, record: ImplRecord, entry: FunctionEntry, renamed: dict[str, TypeRef]
    ) -> Iterator[Exposure]:
        item = entry.item
        if item.unsafe or item.test or not item.receiver or not self._callable(record, item):
            return
        signature = self.program.resolver.signature(entry.index)
        shared = item.receiver == "&self" or (
            item.receiver == "typed" and _is_shared(signature.parameters[:1])
        )
        safe = self._already_bound(signature)
        copied = self._copied(entry, signature) if shared else {}
        reached = tuple(
            (name, copied.get(name, how) if how == "moves" else how)
            for name, how in self._reached(signature)
            if not (how == "takes" and name in copied)
        )
        given = {name for name, how in reached if how == "takes"} if item.receiver == "self" else set()
        for name, how in reached:
            if name in given:
                continue  # consumes the object and hands back what it was given
            target = renamed.get(name)
            if target is None or target.kind != "param":
                continue
            if (how == "shares" and (name, SYNC) in safe) or (how != "shares" and (name, SEND) in safe):
                continue
            yield Exposure(target.name, how, shared, entry.index)

    def _copied(self, entry: FunctionEntry, signature: Signature) -> dict[str, How]:
        """Parameters that are or may be Copy, or that the function itself asks to be Clone: no value moves there.

        To clone runs the value's own code on it, which shares it; bits may be copied of what is only sent, too.
        """
        bounds = self.program.resolver.bounds(entry.item.generics, self.program.resolver.scope_of(entry))
        cloned = {b.subject.name for b in bounds if any(trait.name == CLONE for trait in b.traits)}
        unread = {
            bound.subject.name
            for bound in signature.bounds
            if any(self._is_unread(trait.name) for trait in bound.traits)
        }
        found: dict[str, How] = dict.fromkeys(cloned & signature.generics, "shares")
        for name in signature.generics:
            if name in unread or self.implements(TypeRef("param", name), COPY, signature.bounds) == "yes":
                found[name] = "copies"
        return found

    def _is_unread(self, trait: str) -> bool:
        """Whether a trait is of a crate that was not read: it may demand `Copy`."""
        return self.program.crate_of(trait) is None and not trait.startswith(
            ("core::", "alloc::", "std::", "?")
        )

    def _callable(self, record: ImplRecord, item: Function) -> bool:
        """Whether safe code can call it: from anywhere, or from the crate where only the crate sees the type."""
        if record.trait is not None or item.visibility == "pub":
            return True
        entries = self.program.type_paths.get(record.type.name) or []
        return bool(entries) and not self.program.visibility.is_reachable(entries[0])

    def _already_bound(self, signature: Signature) -> set[tuple[str, str]]:
        """Parameters that the function (or its impl) itself requires to be Send or Sync."""
        return {
            (name, trait)
            for name in signature.generics
            for trait in (SEND, SYNC)
            if self.implements(TypeRef("param", name), trait, signature.bounds) == "yes"
        }

    def _reached(self, signature: Signature) -> Iterator[tuple[str, How]]:
        result = normalise(self.index, signature.result, signature.bounds)
        yield from self.outputs(result, signature.bounds, signature.self_type)
        for parameter in signature.parameters[1:]:
            yield from self._inputs(parameter, signature.bounds)

    def outputs(
        self, type_: TypeRef, bounds: tuple[Bound, ...], self_type: TypeRef | None = None
    ) -> Iterator[tuple[str, How]]:
        """Parameters that a value of this type lets its holder reach."""
        match type_.kind:
            case "param":
                if self._closure(type_, bounds, result=True) is None:
                    yield type_.name, "moves"
            case "ref":
                for name, how in self.outputs(type_.args[0], bounds, self_type):
                    yield name, how if type_.mutable or how == "takes" else "shares"
            case "tuple" | "array" | "slice":
                for arg in type_.args:
                    yield from self.outputs(arg, bounds, self_type)
            case "impl" | "dyn":
                for trait in type_.args:
                    for _, bound in trait.bindings:
                        yield from self.outputs(bound, bounds, self_type)
            case "path" if type_.name not in _OPAQUE and (self_type is None or type_.name != self_type.name):
                yield from self._path_outputs(type_, bounds, self_type)
            case _:
                return

    def _path_outputs(
        self, type_: TypeRef, bounds: tuple[Bound, ...], self_type: TypeRef | None
    ) -> Iterator[tuple[str, How]]:
        entries = self.program.type_paths.get(type_.name)
        if not entries:
            for arg in type_.args:
                for name, how in self.outputs(arg, bounds, self_type):
                    yield name, "shares" if type_.name in _LENT and how == "moves" else how
            return
        declared = entries[0].item.generics.types
        arguments = dict(zip(declared, type_.args, strict=False))
        found = self.of(type_.name)
        exclusive = {exposure.param for exposure in found if exposure.how == "moves"}
        for exposure in found:
            if exposure.how == "takes" or (exposure.how == "shares" and exposure.param in exclusive):
                continue
            argument = arguments.get(exposure.param)
            if argument is not None and argument.kind == "param":
                yield argument.name, exposure.how

    def _inputs(self, type_: TypeRef, bounds: tuple[Bound, ...]) -> Iterator[tuple[str, How]]:
        match type_.kind:
            case "param":
                closure = self._closure(type_, bounds, result=False)
                yield from ((type_.name, "takes"),) if closure is None else closure
            case "impl":
                yield from self._called(type_.args, bounds, result=False) or ()
            case "path" | "tuple" | "array" if type_.name not in _OPAQUE:
                for arg in type_.args:
                    yield from self._inputs(arg, bounds)
            case "ref" if type_.args[0].kind == "dyn":
                yield from self._called(type_.args[0].args, bounds, result=False) or ()
            case _:
                return

    def _closure(
        self, param: TypeRef, bounds: tuple[Bound, ...], *, result: bool
    ) -> list[tuple[str, How]] | None:
        """What a parameter that is a closure is called with, and gives back; nothing if it is no closure."""
        traits = tuple(trait for bound in bounds if bound.subject == param for trait in bound.traits)
        return self._called(traits, bounds, result=result)

    def _called(
        self, traits: tuple[TypeRef, ...], bounds: tuple[Bound, ...], *, result: bool
    ) -> list[tuple[str, How]] | None:
        found: list[tuple[str, How]] | None = None
        for trait in traits:
            if trait.name in _CALLABLE and trait.args:
                found = found or []
                if result:
                    continue
                for argument in trait.args[0].args:
                    found.extend(self.outputs(argument, bounds))
                for given in trait.args[1:]:
                    found.extend((name, "takes") for name, _ in self._inputs(given, bounds))
        return found


def rename_to_declared(type_: TypeRef, declared: tuple[str, ...]) -> dict[str, TypeRef]:
    """An impl's names for a type's parameters, to the declared ones: `impl<A> X<A>` of `struct X<T>`: A → T."""
    pairs = zip(type_.args, declared, strict=False)
    return {arg.name: TypeRef("param", name) for arg, name in pairs if arg.kind == "param"}


def _is_shared(parameters: tuple[TypeRef, ...]) -> bool:
    """Whether a typed receiver leaves the object shared: `self: &Arc<Self>`, `self: Arc<Self>`, `Pin<&Self>`."""
    if not parameters:
        return False
    receiver = parameters[0]
    if receiver.kind == "ref":
        return not receiver.mutable
    if receiver.kind == "path" and receiver.last == "Pin":
        return _is_shared(receiver.args[:1])
    return receiver.kind == "path" and receiver.last in {"Arc", "Rc", "ARef"}
