"""Types of paths used as values, and of what struct expressions build."""

from __future__ import annotations

from scrutineer.model.body import Operation
from scrutineer.model.types import UNKNOWN, TypeRef
from scrutineer.program.entries import Definition
from scrutineer.program.fields import fields_of, variants_of
from scrutineer.program.project import bounds_on
from scrutineer.program.tables.standard import family
from scrutineer.program.terms import forget, is_known
from scrutineer.program.typing.calls import Calls
from scrutineer.program.typing.construct import Construction, constructed
from scrutineer.program.typing.places import PlaceType


class Constants:
    """Paths in one body."""

    def __init__(self, calls: Calls) -> None:
        self.calls = calls
        self.program = calls.program
        self._known: dict[str, TypeRef] = {}

    def value(self, path: str) -> TypeRef:
        """Type of a path used by value: a constant, static, unit struct or variant, or a function."""
        found = self._known.get(path)
        if found is None:
            found = self._known[path] = self._value(path)
        return found

    def _value(self, path: str) -> TypeRef:
        if "<" in path:
            return UNKNOWN
        definition = self.program.resolve(path, self.calls.scope, "values")
        match definition.kind:
            case "value":
                return self._constant(definition)
            case "function":
                return self._function(definition)
            case "variant":
                return self._variant(definition)
            case "type" if not definition.rest:
                return self._constructor(definition.path, "")
            case "const_param":
                return TypeRef("path", "usize")
            case "self" if not definition.rest:
                return self.calls.scope.self_type or UNKNOWN
            case "type" | "primitive" | "self" | "param":
                return self._associated(definition)
            case _:
                return UNKNOWN

    def _constant(self, definition: Definition) -> TypeRef:
        if definition.crate == "std":
            declaration = self.program.standard.declaration(definition.path)
            return declaration.target if declaration and declaration.target else UNKNOWN
        owner = self.program.crate(definition.crate)
        entry = owner.values[definition.index]
        return owner.resolver.resolve(entry.item.type, owner.resolver.scope_of(entry))

    def _function(self, definition: Definition) -> TypeRef:
        member = self.calls.free_member(definition)
        if member is None:
            return UNKNOWN
        signature = member.signature
        args = tuple(forget(each, signature.generics) for each in (*signature.parameters, signature.result))
        return TypeRef("fn", args=args, unsafe=signature.unsafe)

    def _variant(self, definition: Definition) -> TypeRef:
        if definition.rest:
            return UNKNOWN
        owner, _, variant = definition.path.rpartition("::")
        return self._constructor(owner, variant)

    def _constructor(self, owner: str, variant: str) -> TypeRef:
        """A unit struct or variant is a value, one with fields a function."""
        parameters = self.program.resolver.parameters(owner)
        built = TypeRef("path", owner, (UNKNOWN,) * len(parameters))
        fields = fields_of(self.program, built, variant)
        return TypeRef("fn", args=(*fields.values(), built)) if fields else built

    def _associated(self, definition: Definition) -> TypeRef:
        """`Type::CONSTANT`, `Type::function`, `Self::Variant`."""
        name = definition.rest[-1]
        if len(definition.rest) > 1:
            return UNKNOWN
        if definition.kind == "self":
            type_ = self.calls.scope.self_type or UNKNOWN
        else:
            type_ = self.calls.named_type(definition)
        if name in variants_of(self.program, type_):
            found = self._constructor(type_.name, name)
            return type_ if found.kind == "path" and type_.args else found
        known = self._constant_of(type_, name)
        if is_known(known):
            return known
        methods = self.calls.methods.named(type_, name, self.calls.scope.module)
        if len(methods) == 1:
            signature = methods[0].member.signature
            args = tuple(
                forget(each, signature.generics) for each in (*signature.parameters, signature.result)
            )
            return TypeRef("fn", args=args, unsafe=signature.unsafe)
        return UNKNOWN

    def _constant_of(self, type_: TypeRef, name: str) -> TypeRef:
        for method in self.program.standard.method(family(type_), name):
            if method.signature.form == "const":
                return type_ if method.signature.result.kind == "self" else method.signature.result
        traits = [bound.name for bound in bounds_on(self.calls.steps.index, type_, self.calls.steps.bounds)]
        return self.program.constants.type_of(type_, name, traits)

    def built(self, operation: Operation, types: list[TypeRef], target: PlaceType | None) -> TypeRef:
        """Type of `Struct { field: value }`, also of a variant."""
        expected = target.type if target is not None else UNKNOWN
        written = operation.name.partition("<")[0].removesuffix("::")
        given: tuple[TypeRef, ...] = ()
        if operation.type is not None and operation.type.args:
            given = tuple(map(self.calls.resolve, operation.type.args))
        definition = self.program.resolve(written, self.calls.scope)
        names = [name for name in operation.fields if name != ".."]
        match definition.kind:
            case "variant":
                owner, _, variant = definition.path.rpartition("::")
                return constructed(
                    self.program, Construction(owner, variant, tuple(types), given, tuple(names)), expected
                )
            case "type":
                instance = self.program.resolver.instance(definition, given)
                if instance.kind != "path":
                    return UNKNOWN
                variant = definition.rest[0] if definition.rest else ""
                what = Construction(instance.name, variant, tuple(types), instance.args, tuple(names))
                return constructed(self.program, what, expected)
            case "self":
                return self.calls.scope.self_type or UNKNOWN
            case _:
                return UNKNOWN
