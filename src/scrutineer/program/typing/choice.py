"""One of several candidates for a call, and the type of what it gives there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from scrutineer.model.body import Callee
from scrutineer.model.types import UNKNOWN, TypeRef
from scrutineer.program.scope import Scope
from scrutineer.program.terms import Bindings, head, is_known, match, substitute
from scrutineer.program.types import Signature
from scrutineer.program.typing.deref import Steps
from scrutineer.program.typing.instantiate import ClosureTyper, Instance
from scrutineer.program.typing.methods import Found
from scrutineer.program.typing.records import UNKNOWN_CALL, CallTarget
from scrutineer.program.typing.targets import ambiguous, target_of

if TYPE_CHECKING:
    from scrutineer.program.program import Program


class Request(msgspec.Struct, frozen=True, gc=False):
    """A call as typing sees it: who is named, the types of all operands, the type that the result must have."""

    callee: Callee
    arguments: tuple[TypeRef, ...]
    expected: TypeRef = UNKNOWN


class Choice:
    """Chooses in one body, whose closures `close` types."""

    def __init__(self, program: Program, steps: Steps, scope: Scope, close: ClosureTyper) -> None:
        self.program = program
        self.steps = steps
        self.scope = scope
        self.close = close

    def resolve(self, type_: TypeRef) -> TypeRef:
        """A type written in the body."""
        return self.steps.normal(self.program.resolver.resolve(type_, self.scope))

    def choose(self, found: list[Found], request: Request, *, receiver: bool = False) -> CallTarget:
        """The one candidate that fits the arguments; several of one trait give the trait's method."""
        if not found:
            return UNKNOWN_CALL
        fitting = [each for each in found if _fits(each, request.arguments, 1 if receiver else 0)] or found
        if is_known(request.expected) and len(fitting) > 1:
            fitting = [each for each in fitting if _gives(each, request.expected)] or fitting
        chosen = fitting[0]
        if len(fitting) > 1 and ambiguous(fitting):
            return UNKNOWN_CALL
        bindings: Bindings = {**chosen.bindings, "Self": chosen.self_type}
        result = self.instance(chosen.member.signature, bindings, request, 1 if receiver else 0)
        target = target_of(chosen, result)
        return target if len(fitting) == 1 else self._undecided(target, fitting)

    def instance(self, signature: Signature, bindings: Bindings, request: Request, first: int) -> TypeRef:
        """Type of the result of a call of a function with this signature."""
        instance = Instance(self.steps, signature, bindings, self.close)
        for name, type_ in zip(signature.own, request.callee.generics, strict=False):
            instance.bindings[name] = self.resolve(type_)
        instance.take(request.arguments[first:], first)
        instance.expect(request.expected)
        instance.select()
        return instance.result

    def _undecided(self, target: CallTarget, fitting: list[Found]) -> CallTarget:
        """Several impls of one trait, or cfg variants of one function."""
        functions = tuple(
            dict.fromkeys(each.member.function for each in fitting if each.member.function >= 0)
        )
        if len({each.member.path for each in fitting}) == 1:
            return msgspec.structs.replace(target, alternatives=functions[1:])
        results = {each.member.signature.result for each in fitting}
        info = self.steps.index.trait(target.trait) if target.trait else None
        member = info.members.get(target.name) if info is not None else None
        if member is None:
            return UNKNOWN_CALL
        return msgspec.structs.replace(
            target,
            kind="std" if member.crate == "std" else "resolved",
            path=member.path,
            crate="" if member.crate == "std" else member.crate,
            function=member.function,
            alternatives=functions,
            result=target.result if len(results) == 1 else UNKNOWN,
        )

    def learned(self, target: CallTarget, arguments: Sequence[TypeRef]) -> TypeRef | None:
        """The receiver's type with what the arguments say of its open parameters."""
        signature, self_type = target.signature, target.self_type
        if signature is None or self_type is None or target.dereferences or signature.self_type is None:
            return None
        if all(map(is_known, self_type.args)):
            return None
        bindings: Bindings = {}
        match(signature.self_type, self_type, signature.generics, bindings)
        for parameter, argument in zip(signature.parameters[1:], arguments[1:], strict=False):
            match(parameter, argument, signature.generics, bindings)
        open_ = dict.fromkeys(signature.generics, UNKNOWN)
        return substitute(signature.self_type, open_ | {n: t for n, t in bindings.items() if is_known(t)})


def _fits(found: Found, arguments: Sequence[TypeRef], first: int) -> bool:
    """Whether a candidate takes that many arguments, and such ones as far as coercions leave that certain."""
    signature = found.member.signature
    if len(signature.parameters) != len(arguments):
        return False
    bindings = dict(found.bindings)
    for parameter, argument in zip(signature.parameters[first:], arguments[first:], strict=False):
        if parameter.kind in ("ref", "pointer") and argument.kind in ("ref", "pointer"):
            continue
        if not match(parameter, argument, signature.generics, bindings) and head(parameter):
            return False
    return True


def _gives(found: Found, expected: TypeRef) -> bool:
    signature = found.member.signature
    return match(signature.result, expected, signature.generics, dict(found.bindings))
