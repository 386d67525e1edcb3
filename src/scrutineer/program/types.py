"""Types of a crate's items with full paths: resolution, signatures, bounds, fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from scrutineer.model.items import Bound, Function, Generics, TypeItem, ValueItem
from scrutineer.model.types import UNKNOWN, TypeRef
from scrutineer.program.entries import AnyEntry, Definition, FunctionEntry, ImplEntry, TraitEntry, TypeEntry
from scrutineer.program.paths import canonical_path
from scrutineer.program.scope import Scope
from scrutineer.program.terms import Bindings, bind_arguments, substitute

if TYPE_CHECKING:
    from scrutineer.program.program import Program

SELF = TypeRef("param", "Self")
_ALIASES = 500  # aliases that one type leads to; more is a text that doubles with each line
_DEPTH = 12  # aliases of aliases; a longer chain is a cycle


class Signature(msgspec.Struct, frozen=True, gc=False):
    """A function's type, all names resolved; generic parameters of its impl or trait are among `generics`.

    A receiver is the first of `parameters`. In a trait's own methods `Self` is a parameter too.
    """

    generics: frozenset[str]
    parameters: tuple[TypeRef, ...]
    receiver: str  # as `Function.receiver`
    result: TypeRef
    bounds: tuple[Bound, ...] = ()
    unsafe: bool = False
    self_type: TypeRef | None = None
    own: tuple[str, ...] = ()  # its own generic parameters in order, as a turbofish gives them


class TypeResolver:
    """Resolves the types that a crate's items write. One per program; answers are cached."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._aliases = 0  # followed for the present type
        self._impl_scopes: dict[int, Scope] = {}
        self._trait_scopes: dict[int, Scope] = {}
        self._signatures: dict[int, Signature] = {}
        self.known_fields: dict[tuple[TypeRef, str], dict[str, TypeRef] | None] = {}
        self._impl_types: dict[int, dict[str, TypeRef]] = {}

    def scope_of(self, entry: AnyEntry) -> Scope:
        """The scope inside an item: of a function, that of its body."""
        item = entry.item
        scope = Scope(entry.module, entry.cfg, edition=self.program.unit.edition)
        if isinstance(item, Function | TypeItem | ValueItem):
            if item.impl_ >= 0:
                scope = self.impl_scope(self.program.start(entry.file, "impls") + item.impl_)
            elif item.trait >= 0:
                scope = self.trait_scope(self.program.start(entry.file, "traits") + item.trait)
        generics = getattr(item, "generics", Generics())
        module = entry.module
        if isinstance(item, Function):
            inner = f"{item.scope}::{item.name}" if item.scope else item.name
            module = self.program.tree.scopes[entry.file].get(inner, module)
        return Scope(
            module,
            entry.cfg,
            scope.types | frozenset(generics.types),
            scope.consts | frozenset(generics.consts),
            scope.self_type,
            scope.impl_,
            scope.trait,
            scope.edition,
        )

    def impl_scope(self, index: int) -> Scope:
        """The scope inside an impl block."""
        found = self._impl_scopes.get(index)
        if found is None:
            entry: ImplEntry = self.program.impls[index]
            generics = entry.item.generics
            found = Scope(
                entry.module,
                entry.cfg,
                frozenset(generics.types),
                frozenset(generics.consts),
                impl_=index,
                edition=self.program.unit.edition,
            )
            self_type = self.resolve(entry.item.type, found)
            trait = self.resolve(entry.item.trait, found).name if entry.item.trait is not None else ""
            found = msgspec.structs.replace(found, self_type=self_type, trait=trait)
            self._impl_scopes[index] = found
        return found

    def trait_scope(self, index: int) -> Scope:
        """The scope inside a trait's declaration."""
        found = self._trait_scopes.get(index)
        if found is None:
            entry: TraitEntry = self.program.traits[index]
            generics = entry.item.generics
            found = self._trait_scopes[index] = Scope(
                entry.module,
                entry.cfg,
                frozenset(generics.types),
                frozenset(generics.consts),
                SELF,
                trait=canonical_path(self.program, entry),
                edition=self.program.unit.edition,
            )
        return found

    def resolve(self, type_: TypeRef, scope: Scope, depth: int = 0) -> TypeRef:
        """The type with full paths, parameters marked and aliases replaced; unknown where that is impossible."""
        kind = type_.kind
        if kind == "path":
            return self._resolve_path(type_, scope, depth)
        if kind == "self":
            return scope.self_type or UNKNOWN
        if kind == "projection":
            args = tuple([self.resolve(arg, scope, depth) for arg in type_.args])
            return TypeRef("projection", type_.name, args)
        if not type_.args:
            return type_
        args = tuple([self.resolve(arg, scope, depth) for arg in type_.args])
        return TypeRef(kind, type_.name, args, type_.mutable, type_.lifetimes, (), type_.unsafe)

    def _resolve_path(self, type_: TypeRef, scope: Scope, depth: int) -> TypeRef:
        definition = self.program.resolve(type_.name.removeprefix("?"), scope)
        args = tuple([self.resolve(arg, scope, depth) for arg in type_.args])
        match definition.kind:
            case "param":
                return self._projected(TypeRef("param", definition.path), definition.rest)
            case "const_param":
                return TypeRef("param", definition.path)
            case "self":
                return self._of_self(definition, scope)
            case "type" if not definition.rest:
                return self.instance(definition, args, type_.lifetimes, depth)
            case "primitive" if not definition.rest:
                return TypeRef("path", definition.path)
            case "trait" | "external" if not definition.rest:
                bindings = tuple(
                    [(name, self.resolve(bound, scope, depth)) for name, bound in type_.bindings]
                )
                name = "?" + definition.path if type_.name.startswith("?") else definition.path
                return TypeRef("path", name, args, False, type_.lifetimes, bindings)
            case _:
                return TypeRef("path", type_.name) if type_.name[:1].isdigit() else UNKNOWN

    def _projected(self, subject: TypeRef, names: tuple[str, ...]) -> TypeRef:
        for name in names:
            subject = TypeRef("projection", name, (subject,))
        return subject

    def _of_self(self, definition: Definition, scope: Scope) -> TypeRef:
        self_type = scope.self_type or UNKNOWN
        if not definition.rest:
            return self_type
        if scope.impl_ >= 0:
            known = self.impl_types(scope.impl_).get(definition.rest[0])
            if known is not None:
                return self._projected(known, definition.rest[1:])
        if scope.trait:
            first = TypeRef("projection", definition.rest[0], (self_type, TypeRef("path", scope.trait)))
            return self._projected(first, definition.rest[1:])
        return self._projected(self_type, definition.rest)

    def instance(
        self,
        definition: Definition,
        args: tuple[TypeRef, ...],
        lifetimes: tuple[str, ...] = (),
        depth: int = 0,
    ) -> TypeRef:
        """The type that a definition names with these arguments; aliases are followed."""
        self._aliases = self._aliases + 1 if depth else 0
        if depth > _DEPTH or self._aliases > _ALIASES:
            return UNKNOWN
        if definition.crate == "std":
            return self._library_instance(definition.path, args, lifetimes)
        owner = self.program.crate(definition.crate).resolver
        entry = owner.program.types[definition.index]
        if entry.item.form != "alias" or entry.item.aliased is None:
            return TypeRef("path", definition.path, args, False, lifetimes)
        scope = owner.scope_of(entry)
        target = owner.resolve(entry.item.aliased, scope, depth + 1)
        return substitute(target, owner.bind(entry, args))

    def _library_instance(self, path: str, args: tuple[TypeRef, ...], lifetimes: tuple[str, ...]) -> TypeRef:
        declaration = self.program.standard.declaration(path)
        if declaration is None or declaration.kind != "type" or declaration.target is None:
            return TypeRef("path", path, args, False, lifetimes)
        return substitute(
            declaration.target, bind_arguments(declaration.generics, args, list(declaration.defaults))
        )

    def bind(self, entry: TypeEntry, args: tuple[TypeRef, ...]) -> Bindings:
        """Arguments of a type by the names of its parameters; missing ones take the default."""
        scope = self.scope_of(entry)
        generics = entry.item.generics
        defaults = [self.resolve(each, scope, 1) if each is not None else None for each in generics.defaults]
        return bind_arguments(generics, args, defaults)

    def parameters(self, path: str) -> tuple[str, ...]:
        """Names of the generic parameters of a type by canonical path, types before consts."""
        found = self.program.type_entry(path)
        if found is not None:
            generics = found[1].item.generics
        else:
            declaration = self.program.standard.declaration(path)
            generics = declaration.generics if declaration is not None else Generics()
        return (*generics.types, *generics.consts)

    def impl_types(self, index: int) -> dict[str, TypeRef]:
        """Associated types that an impl sets, resolved."""
        aliases = self.program.impl_aliases
        index = aliases.get(index, index)
        found = self._impl_types.get(index)
        if found is None:
            found = self._impl_types[index] = {}
            for each in (index, *(alias for alias, owner in aliases.items() if owner == index)):
                entry = self.program.impls[each]
                scope = self.impl_scope(each)
                for item in self.program.files[entry.file].types:
                    if item.impl_ == entry.number and item.aliased is not None:
                        found[item.name] = self.resolve(item.aliased, scope)
        return found

    def bounds(self, generics: Generics, scope: Scope) -> tuple[Bound, ...]:
        """Bounds with resolved subjects and traits; lifetime bounds are left out."""
        return tuple(
            [
                Bound(
                    self.resolve(bound.subject, scope),
                    tuple([self.resolve(trait, scope) for trait in bound.traits]),
                )
                for bound in generics.bounds
                if bound.traits
            ]
        )

    def signature(self, index: int) -> Signature:
        """The type of a function of this crate."""
        found = self._signatures.get(index)
        if found is None:
            found = self._signatures[index] = self._read_signature(self.program.functions[index])
        return found

    def _read_signature(self, entry: FunctionEntry) -> Signature:
        item = entry.item
        scope = self.scope_of(entry)
        bounds = self.bounds(item.generics, scope) + self._outer_bounds(entry, scope)
        names = scope.types | scope.consts | (frozenset({"Self"}) if item.trait >= 0 else frozenset())
        self_type = scope.self_type
        parameters = [self.resolve(parameter.type, scope) for parameter in item.parameters]
        receiver = _RECEIVERS.get(item.receiver)
        if receiver is not None and (not item.parameters or item.parameters[0].name != "self"):
            parameters.insert(0, substitute(receiver, {"Self": self_type or UNKNOWN}))
        return Signature(
            names,
            tuple(parameters),
            item.receiver,
            self.resolve(item.result, scope),
            bounds,
            item.unsafe or (item.foreign and not item.safe),
            self_type,
            (*item.generics.types, *item.generics.consts),
        )

    def _outer_bounds(self, entry: FunctionEntry, scope: Scope) -> tuple[Bound, ...]:
        item = entry.item
        facts = self.program.files[entry.file]
        if item.impl_ >= 0:
            return self.bounds(facts.impls[item.impl_].generics, scope)
        if item.trait >= 0:
            trait = facts.traits[item.trait]
            args = tuple(TypeRef("param", name) for name in trait.generics.types)
            own = Bound(SELF, (TypeRef("path", scope.trait, args),))
            return (own, *self.bounds(trait.generics, scope))
        return ()


_RECEIVERS = {
    "self": SELF,
    "&self": TypeRef("ref", args=(SELF,)),
    "&mut self": TypeRef("ref", args=(SELF,), mutable=True),
}
