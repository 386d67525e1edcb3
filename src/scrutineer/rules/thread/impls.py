"""`unsafe impl Send/Sync` held against what the type owns and what its safe functions hand out."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.model.items import Bound
from scrutineer.model.types import TypeRef
from scrutineer.program.entries import FunctionEntry, TypeEntry
from scrutineer.program.members import ImplRecord
from scrutineer.program.paths import canonical_path
from scrutineer.program.program import Program
from scrutineer.program.properties import SEND, SYNC
from scrutineer.program.terms import parameters_in, substitute
from scrutineer.rules.thread.evidence import (
    checks_thread,
    knows_thread,
    made_from_shared,
    made_only_with,
    used_in_place,
)
from scrutineer.rules.thread.exposure import Exposure, Exposures, rename_to_declared
from scrutineer.rules.thread.needs import POINTERS, Need, Needs
from scrutineer.rules.thread.records import Missing, ThreadImpl


class ThreadImpls:
    """All hand-written thread impls of one program, and what each lacks."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.needs = Needs(program)
        self.exposures = Exposures(program)
        self.implements = program.properties.implements
        self.visibility = program.visibility
        self._crossing: dict[str, frozenset[int]] = {}
        self._written: dict[str, tuple[ThreadImpl, ...]] = {}

    def of(self, trait: str) -> Iterator[ThreadImpl]:
        """Unsafe impls of one of the two traits for types of this crate that others can name."""
        crossing = self.crossing(trait)
        return (impl for impl in self.written(trait) if impl.type.index in crossing)

    def written(self, trait: str) -> tuple[ThreadImpl, ...]:
        """All unsafe impls of one of the two traits for types of this crate."""
        if trait not in self._written:
            self._written[trait] = tuple(self._read(trait))
        return self._written[trait]

    def _read(self, trait: str) -> Iterator[ThreadImpl]:
        for entry in self.program.impls:
            item = entry.item
            if not item.unsafe or item.negative or item.trait is None:
                continue
            if item.trait.last not in {"Send", "Sync"}:
                continue
            scope = self.program.resolver.impl_scope(entry.index)
            if scope.trait != trait or scope.self_type is None:
                continue
            for type_ in self.program.type_paths.get(scope.self_type.name, ())[:1]:
                declared = type_.item.generics.types
                renamed = rename_to_declared(scope.self_type, declared)
                bounds = tuple(
                    Bound(substitute(b.subject, renamed), tuple(substitute(t, renamed) for t in b.traits))
                    for b in self.program.resolver.bounds(item.generics, scope)
                )
                own = substitute(scope.self_type, renamed)
                named = tuple(arg.name for arg in own.args if arg.kind == "param" and arg.name in declared)
                yield ThreadImpl(entry, type_, trait, own, bounds, named)

    def crossing(self, trait: str) -> frozenset[int]:
        """Types that others can name, and private ones inside them whose own impl makes those cross threads."""
        if trait not in self._crossing:
            self._crossing[trait] = self._reached(trait)
        return self._crossing[trait]

    def _reached(self, trait: str) -> frozenset[int]:
        found = {entry.index for entry in self.program.types if self.visibility.is_reachable(entry)}
        pending = [self.program.types[index] for index in sorted(found)]
        written = {impl.type.index: impl for impl in self.written(trait)}
        while pending:
            entry = pending.pop()
            impl = written.get(entry.index)
            if self.explicit(entry, trait) is not None and (impl is None or not self.missing(impl)):
                continue  # its own impl asks for what is needed; one that does not keeps nothing in
            for path in self._named_in(entry):
                for inner in self.program.type_paths.get(path, ()):
                    if inner.index not in found:
                        found.add(inner.index)
                        pending.append(inner)
        return frozenset(found)

    def explicit(self, entry: TypeEntry, trait: str) -> ImplRecord | None:
        """The impl of a thread trait that somebody wrote for a type."""
        return next(iter(self.program.impl_index.of_trait(canonical_path(self.program, entry), trait)), None)

    def _named_in(self, entry: TypeEntry) -> set[str]:
        scope = self.program.resolver.scope_of(entry)
        fields = (*entry.item.fields, *(f for v in entry.item.variants for f in v.fields))
        types = [self.program.resolver.resolve(field.type, scope) for field in fields]
        names: set[str] = set()
        while types:
            type_ = types.pop()
            if type_.kind == "pointer" or type_.name in POINTERS:
                continue  # whatever is behind it, the type is Send or Sync by an impl of its own, or not at all
            names |= {type_.name} if type_.kind == "path" else set()
            types.extend(type_.args)
        return names

    def has(self, impl: ThreadImpl, param: str, trait: str) -> bool:
        """Whether the impl's bounds make a parameter Send or Sync, itself or inside something they name.

        `A::Item: Send` is what an array of `A::Item` needs, `Arc<T>: Send` what a list of `Arc<T>` needs.
        """
        for bound in impl.bounds:
            inside = bound.subject.kind != "param" and param in parameters_in(bound.subject)
            if inside and any(known.name in {SEND, SYNC} for known in bound.traits):
                return True
        return self.implements(TypeRef("param", param), trait, impl.bounds) == "yes"

    def missing(self, impl: ThreadImpl) -> tuple[Missing, ...]:
        """Bounds that an impl lacks, but for those that every maker of the type asks for, and thread checks."""
        found = self._missing_for_send(impl) if impl.trait == SEND else self._missing_for_sync(impl)
        return tuple(
            one
            for one in found
            if not made_only_with(self.program, impl, one)
            and not checks_thread(self.program, impl)
            and not (one.function is not None and knows_thread(self.program, one.function.index))
        )

    def _missing_for_send(self, impl: ThreadImpl) -> Iterator[Missing]:
        """Moving the value to another thread moves or shares what it holds."""
        needs = list(self.needs.of_type(impl.self_type, SEND))
        exposures = self.exposures.of(impl.self_type.name)
        for param in impl.parameters:
            mine = [need for need in needs if need.param == param]
            sync = self.has(impl, param, SYNC)
            if self.has(impl, param, SEND):
                if not sync:
                    yield from self._borrowed(impl, param, mine)
                continue
            direct = next(
                (n for n in mine if n.by in {"value", "cell"} and not (sync and n.trait == SYNC)), None
            )
            if direct is not None:
                yield Missing(param, direct.trait, need=direct)
                continue
            tag = all(need.by == "phantom" for need in mine)
            unseen = {"shares"} if sync else set()
            unseen |= {"takes"} if tag else set()
            shown = next((e for e in exposures if e.param == param and e.how not in unseen), None)
            if shown is not None and mine:
                trait = SYNC if shown.how == "shares" and not _is_owner(mine) else SEND
                yield Missing(param, trait, mine[0], shown, self._function(shown))

    def _borrowed(self, impl: ThreadImpl, param: str, needs: list[Need]) -> Iterator[Missing]:
        """What came in as `&T` is shared with the thread that lent it: that asks for Sync, Send is no help."""
        need = next((n for n in needs if n.trait == SYNC and n.by in {"value", "phantom"}), None)
        maker = made_from_shared(self.program, impl, param) if need is not None else None
        if maker is not None:
            yield Missing(param, SYNC, need, None, None)

    def _missing_for_sync(self, impl: ThreadImpl) -> Iterator[Missing]:
        """What `&self` lends is shared, what it moves or takes changes threads."""
        exposures = self.exposures.of(impl.self_type.name)
        for param in impl.parameters:
            mine = [e for e in exposures if e.param == param and e.shared]
            lent = next((e for e in mine if e.how == "shares"), None)
            moved = next((e for e in mine if e.how in {"moves", "takes"}), None)
            if lent is not None and not self.has(impl, param, SYNC):
                yield Missing(param, SYNC, None, lent, self._function(lent))
            elif moved is not None and not self.has(impl, param, SEND):
                yield Missing(param, SEND, None, moved, self._function(moved))
            elif not self.has(impl, param, SYNC):
                if not self.has(impl, param, SEND):
                    yield from (Missing(param, SYNC, None, e, self._function(e)) for e in mine[:1])
                yield from used_in_place(self, impl, param)

    def _function(self, exposure: Exposure) -> FunctionEntry | None:
        return self.program.functions[exposure.function] if exposure.function >= 0 else None


def _is_owner(needs: list[Need]) -> bool:
    """Whether the fields own what they point to, rather than borrow it."""
    return any(need.trait == SEND for need in needs)
