"""Who a call runs, by path, method or value, and the type of what it gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from scrutineer.model.types import UNKNOWN, TypeRef
from scrutineer.program.entries import Definition
from scrutineer.program.fields import variants_of
from scrutineer.program.members import Member, library_signature, member_of
from scrutineer.program.project import bounds_on
from scrutineer.program.scope import Scope
from scrutineer.program.terms import Bindings, fits, is_known, match
from scrutineer.program.typing.choice import Choice, Request
from scrutineer.program.typing.construct import Construction, constructed
from scrutineer.program.typing.guards import guard_target
from scrutineer.program.typing.instantiate import ClosureTyper
from scrutineer.program.typing.methods import Found, Methods
from scrutineer.program.typing.records import UNKNOWN_CALL, CallTarget
from scrutineer.program.typing.targets import constructor, external_target, free_target, truth

if TYPE_CHECKING:
    from scrutineer.program.program import Program

_CALLS = ("Fn", "FnMut", "FnOnce")
_LANGUAGE = {
    "FromResidual::from_residual": "core::ops::FromResidual",
    "IntoIterator::into_iter": "core::iter::IntoIterator",
    "Iterator::next": "core::iter::Iterator",
}
"""Calls that lowering writes for `?` and `for`, whatever is in scope."""


class Calls:
    """Resolves the calls of one body."""

    def __init__(self, program: Program, methods: Methods, scope: Scope, close: ClosureTyper) -> None:
        self.program = program
        self.methods = methods
        self.steps = methods.steps
        self.scope = scope
        self.close = close
        self.choice = Choice(program, self.steps, scope, close)
        self.resolve = self.choice.resolve

    def call(self, request: Request) -> CallTarget:
        """The target of a call."""
        callee = request.callee
        if callee.form == "method":
            found = self.methods.method(request.arguments[0], callee.name, self.scope.module)
            known = None if found else guard_target(self.steps.chain(request.arguments[0]), callee.name)
            return known or self.choice.choose(found, request, receiver=True)
        if callee.form == "value":
            return self._value(request.arguments)
        return self._path(request)

    def _value(self, arguments: Sequence[TypeRef]) -> CallTarget:
        """A call of a local or of any other value."""
        for type_ in self.steps.chain(arguments[0]):
            if type_.kind == "closure":
                result = self.close(type_, arguments[1:])
                return CallTarget("closure", type_.name, unsafe="no", result=result)
            if type_.kind == "fn":
                return CallTarget(
                    "callback", self_type=type_, unsafe=truth(type_.unsafe), result=type_.args[-1]
                )
            for bound in bounds_on(self.steps.index, type_, self.steps.bounds):
                if bound.last in _CALLS and len(bound.args) == 2:
                    return CallTarget(
                        "callback",
                        trait=bound.name,
                        self_type=type_,
                        parameter=type_.name if type_.kind == "param" else "",
                        unsafe="no",
                        result=self.steps.normal(bound.args[1]),
                    )
        return UNKNOWN_CALL

    def _path(self, request: Request) -> CallTarget:
        callee = request.callee
        name = callee.name.rpartition("::")[2]
        if callee.self_type is not None:
            self_type = self.resolve(callee.self_type)
            if callee.trait is not None:
                return self._of_trait(self_type, self.resolve(callee.trait), name, request)
            if is_known(self_type):
                return self._associated(self_type, name, request)
        known = _LANGUAGE.get(callee.name)
        if known is not None:
            return self._by_trait(known, name, request)
        return self._defined(self.program.resolve(callee.name, self.scope, "values"), request)

    def _defined(self, definition: Definition, request: Request) -> CallTarget:
        rest = definition.rest
        match definition.kind:
            case "function":
                return self._free(definition, request)
            case "variant" if not rest:
                return self._construct(definition, request)
            case "type" if not rest:
                return self._construct(definition, request)
            case "type" | "primitive" | "param":
                return self._associated(self.named_type(definition), rest[-1], request, rest[:-1])
            case "trait" if len(rest) == 1:
                return self._by_trait(definition.path, rest[0], request)
            case "self":
                self_type = self.scope.self_type or UNKNOWN
                if rest:
                    return self._associated(self_type, rest[-1], request, rest[:-1])
                return constructor(self_type.name, self_type)
            case "external":
                return external_target(definition.path)
            case "value":
                return CallTarget("callback", definition.path)
            case _:
                return UNKNOWN_CALL

    def named_type(self, definition: Definition) -> TypeRef:
        """A type named without arguments: each is unknown."""
        if definition.kind == "param":
            return TypeRef("param", definition.path)
        if definition.kind == "primitive":
            return TypeRef("path", definition.path)
        instance = self.program.resolver.instance(definition, ())
        if instance.kind != "path" or instance.args:
            return instance
        count = len(self.program.resolver.parameters(instance.name))
        return TypeRef("path", instance.name, (UNKNOWN,) * count)

    def _free(self, definition: Definition, request: Request) -> CallTarget:
        member = self.free_member(definition)
        if member is None:
            return UNKNOWN_CALL
        return free_target(self.program, member, self.choice.instance(member.signature, {}, request, 0))

    def free_member(self, definition: Definition) -> Member | None:
        """A free function by its definition."""
        if definition.crate == "std":
            signature = self.program.standard.function(definition.path)
            if signature is None:
                return None
            return Member(
                definition.path, "std", -1, library_signature(self.program.standard, signature, None)
            )
        owner = self.program.crate(definition.crate)
        return member_of(owner, definition.index)

    def _construct(self, definition: Definition, request: Request) -> CallTarget:
        """`Some(x)`, `Wrapper(x)`: arguments of the type from those of the call."""
        owner, variant = definition.path, ""
        if definition.kind == "variant":
            owner, _, variant = definition.path.rpartition("::")
        given = tuple(map(self.resolve, request.callee.generics))
        what = Construction(owner, variant, request.arguments, given)
        return constructor(definition.path, constructed(self.program, what, request.expected))

    def _associated(
        self, type_: TypeRef, name: str, request: Request, through: tuple[str, ...] = ()
    ) -> CallTarget:
        """`Type::name(…)`, also through associated types: `T::Item::new`."""
        for step in through:
            type_ = self.steps.normal(TypeRef("projection", step, (type_,)))
        if not through and name in variants_of(self.program, type_):
            what = Construction(type_.name, name, request.arguments, type_.args)
            return constructor(f"{type_.name}::{name}", constructed(self.program, what, request.expected))
        expected = request.expected
        if expected.kind == type_.kind == "path" and fits(type_, expected):
            type_ = expected
        found = list(self.methods.named(type_, name, self.scope.module))
        preferred = [each for each in found if each.inherent or each.bound]
        return self.choice.choose(preferred or found, request)

    def _of_trait(self, self_type: TypeRef, trait: TypeRef, name: str, request: Request) -> CallTarget:
        """`<Type as Trait>::name(…)`."""
        if is_known(self_type):
            for bound in bounds_on(self.steps.index, self_type, self.steps.bounds):
                if bound.name == trait.name:
                    named = self.methods.named(self_type, name, self.scope.module)
                    return self.choice.choose([each for each in named if each.bound], request)
            matching = list(self.methods.of_trait(self_type, trait.name, name))
            if matching:
                return self.choice.choose(matching, request)
        info = self.steps.index.trait(trait.name)
        if info is None or name not in info.members:
            return UNKNOWN_CALL
        bindings: Bindings = dict(zip(info.parameters, trait.args, strict=False))
        return self.choice.choose([Found(info.members[name], self_type, bindings)], request)

    def _by_trait(self, trait: str, name: str, request: Request) -> CallTarget:
        """`Trait::name(…)`: `Self` follows from the receiver, another argument, or what is expected."""
        info = self.steps.index.trait(trait)
        member = info.members.get(name) if info is not None else None
        if member is None:
            return UNKNOWN_CALL
        bindings: Bindings = {}
        own = frozenset({"Self"})
        for parameter, argument in zip(member.signature.parameters, request.arguments, strict=False):
            match(parameter, argument, own, bindings)
        if "Self" not in bindings and is_known(request.expected):
            match(member.signature.result, request.expected, own, bindings)
        return self._of_trait(bindings.get("Self", UNKNOWN), TypeRef("path", trait), name, request)
