"""From a signature and the arguments of a call to the type of its result: parameters bound, closures typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from scrutineer.model.items import Bound
from scrutineer.model.types import UNKNOWN, TypeRef
from scrutineer.program.project import bounds_on, from_bounds, normalise
from scrutineer.program.terms import Bindings, forget, is_known, join, match, substitute
from scrutineer.program.types import Signature
from scrutineer.program.typing.deref import Steps

ClosureTyper = Callable[[TypeRef, Sequence[TypeRef]], TypeRef]
"""Types a closure of the body for given parameter types; gives its result."""

_CALLS = ("Fn", "FnMut", "FnOnce", "AsyncFn", "AsyncFnMut", "AsyncFnOnce")


class Instance:
    """One use of a signature. `bindings` starts with what the impl and a turbofish fix."""

    def __init__(self, steps: Steps, signature: Signature, bindings: Bindings, close: ClosureTyper) -> None:
        self.steps = steps
        self.signature = signature
        self.bindings = dict(bindings)
        self.close = close
        self.names = signature.generics

    def take(self, arguments: Sequence[TypeRef], first: int) -> None:
        """Bind parameters from arguments; `first` is the number of the parameter that the first one is for."""
        pairs = list(zip(self.signature.parameters[first:], arguments, strict=False))
        later: list[tuple[TypeRef, TypeRef]] = []
        for parameter, argument in pairs:
            if self._callable(parameter) is not None and argument.kind in ("closure", "fn"):
                later.append((parameter, argument))
                if parameter.kind == "param":
                    self.bindings[parameter.name] = argument
            else:
                self._accept(parameter, argument)
        self._from_bounds()
        for parameter, argument in later:
            self._close(parameter, argument)

    def _accept(self, parameter: TypeRef, argument: TypeRef) -> None:
        """Match an argument, coerced as Rust does where the outer shapes differ: `&Vec<T>` for `&[T]`."""
        trial = dict(self.bindings)
        if match(parameter, argument, self.names, trial):
            self.bindings = trial
            return
        for coerced in self._coercions(parameter, argument):
            trial = dict(self.bindings)
            if match(parameter, coerced, self.names, trial):
                self.bindings = trial
                return

    def _coercions(self, parameter: TypeRef, argument: TypeRef) -> list[TypeRef]:
        if parameter.kind == "pointer" and argument.kind in ("ref", "pointer"):
            return [TypeRef("pointer", args=argument.args, mutable=parameter.mutable)]
        if parameter.kind != "ref" or argument.kind != "ref":
            return []
        found = []
        for inner in self.steps.chain(argument.args[0]):
            found.append(TypeRef("ref", args=(inner,), mutable=parameter.mutable))
            if inner.kind == "array":
                found.append(
                    TypeRef("ref", args=(TypeRef("slice", args=inner.args),), mutable=parameter.mutable)
                )
        return found

    def _callable(self, parameter: TypeRef) -> TypeRef | None:
        """The `Fn` bound of a parameter: its arguments as a tuple, then its result."""
        if parameter.kind not in ("param", "impl", "ref"):
            return None
        subject = parameter.args[0] if parameter.kind == "ref" else parameter
        for bound in bounds_on(self.steps.index, subject, self.signature.bounds):
            if bound.last in _CALLS and len(bound.args) == 2:
                return bound
        return None

    def _close(self, parameter: TypeRef, argument: TypeRef) -> None:
        bound = self._callable(parameter)
        if bound is None:
            return
        inputs = self.result_of(bound.args[0])
        if argument.kind == "closure":
            result = self.close(argument, inputs.args)
        else:
            known: Bindings = {}
            *taken, given = argument.args
            for one, other in zip(taken, inputs.args, strict=False):
                match(one, other, frozenset(), known)
            match(bound.args[0], TypeRef("tuple", args=tuple(taken)), self.names, self.bindings)
            result = given
        if argument.kind == "closure" and parameter.kind == "param":
            self.bindings[parameter.name] = TypeRef("closure", argument.name, (inputs, result))
        match(bound.args[1], result, self.names, self.bindings)
        self._from_bounds()

    def _from_bounds(self) -> None:
        """Bind parameters that a bound defines: `I: IntoIterator<Item = T>`, once `I` is known."""
        for bound in self.signature.bounds:
            for trait in bound.traits:
                for name, value in trait.bindings:
                    subject = substitute(bound.subject, self.bindings)
                    if not is_known(subject) or subject == bound.subject:
                        continue
                    asked = TypeRef("projection", name, (subject, TypeRef("path", trait.name, trait.args)))
                    found = normalise(self.steps.index, asked, self.steps.bounds)
                    if is_known(found):
                        match(value, found, self.names, self.bindings)

    def select(self) -> None:
        """Complete parameters that an impl decides: `Vec<_>: FromIterator<u8>` makes it `Vec<u8>`."""
        for bound in self.signature.bounds:
            subject = self.bindings.get(bound.subject.name) if bound.subject.kind == "param" else None
            if subject is None or subject.kind != "path" or all(map(is_known, subject.args)):
                continue
            for trait in bound.traits:
                if trait.args and (found := self._selected(subject, trait)) is not None:
                    self.bindings[bound.subject.name] = join(subject, found)

    def _selected(self, subject: TypeRef, trait: TypeRef) -> TypeRef | None:
        wanted = [self.result_of(arg) for arg in trait.args]
        found: list[TypeRef] = []
        for record, bindings in self.steps.index.matching(subject, trait.name):
            known = {name: type_ for name, type_ in bindings.items() if is_known(type_)}
            args = record.trait.args if record.trait is not None else ()
            fitting = [
                match(one, other, record.names, known) for one, other in zip(args, wanted, strict=False)
            ]
            if all(fitting):
                found.append(forget(substitute(record.type, known), record.names))
        return found[0] if len(found) == 1 else None

    def expect(self, type_: TypeRef) -> None:
        """Bind what is still open from the type that the result must have."""
        if is_known(type_):
            trial = dict(self.bindings)
            if match(self.signature.result, type_, self.names, trial):
                self.bindings = {**trial, **{n: t for n, t in self.bindings.items() if is_known(t)}}

    def result_of(self, type_: TypeRef) -> TypeRef:
        """A type of the signature with everything known put in; what is open becomes unknown."""
        bindings = {name: self.bindings.get(name, UNKNOWN) for name in self.names}
        bindings["Self"] = self.bindings.get("Self", self.signature.self_type or UNKNOWN)
        qualified = qualify(self.steps, type_, self.signature.bounds)
        return normalise(self.steps.index, substitute(qualified, bindings), self.steps.bounds)

    @property
    def result(self) -> TypeRef:
        """Type of the call's value."""
        return self.result_of(self.signature.result)


def qualify(steps: Steps, type_: TypeRef, bounds: tuple[Bound, ...]) -> TypeRef:
    """Give `I::Output` the trait that a bound on `I` names, so that it can be looked up once `I` is known."""
    if not type_.args:
        return type_
    args = tuple([qualify(steps, arg, bounds) for arg in type_.args])
    if type_.kind == "projection" and len(args) == 1:
        fixed = from_bounds(steps.index, args[0], type_.name, bounds)
        if fixed is not None:
            return fixed
        for trait in bounds_on(steps.index, args[0], bounds):
            info = steps.index.trait(trait.name)
            if info is not None and type_.name in info.types:
                return TypeRef("projection", type_.name, (args[0], trait))
    if args == type_.args:
        return type_
    return TypeRef(type_.kind, type_.name, args, type_.mutable, type_.lifetimes, type_.bindings, type_.unsafe)
