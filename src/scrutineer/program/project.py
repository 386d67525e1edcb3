"""Associated types: what `<T as Trait>::Name` is, where impls or bounds tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrutineer.model.items import Bound
from scrutineer.model.types import UNKNOWN, TypeRef
from scrutineer.program.members import ImplRecord
from scrutineer.program.terms import Bindings, forget, head, match, substitute, with_args

if TYPE_CHECKING:
    from scrutineer.program.impls import ImplIndex

_DEPTH = (
    10  # of impls that lead to further projections; std's iterator adapters nest as deep as they are written
)
_ALWAYS = ("Sized", "Destruct", "Freeze", "MetaSized", "PointeeSized")
_NESTED = 3  # of bounds on what bounds are about
CALLS = ("Fn", "FnMut", "FnOnce", "AsyncFn", "AsyncFnMut", "AsyncFnOnce")
_OPEN = ("param", "impl", "dyn", "projection")


def normalise(index: ImplIndex, type_: TypeRef, bounds: tuple[Bound, ...] = (), depth: int = 0) -> TypeRef:
    """The type with every projection replaced by what it is; one that nothing tells stays, or is unknown."""
    if type_.kind == "projection":
        return _project(index, type_, bounds, depth)
    if not type_.args and not type_.bindings:
        return type_
    args = tuple([normalise(index, arg, bounds, depth) for arg in type_.args])
    return type_ if args == type_.args else with_args(type_, args)


def _project(index: ImplIndex, type_: TypeRef, bounds: tuple[Bound, ...], depth: int) -> TypeRef:
    if depth > _DEPTH:
        return UNKNOWN
    subject = normalise(index, type_.args[0], bounds, depth + 1)
    trait = type_.args[1] if len(type_.args) > 1 else None
    info = index.trait(trait.name) if trait is not None else None
    if info is not None and type_.name not in info.types:  # `Self::Target` inside `impl DerefMut`
        type_, trait = TypeRef("projection", type_.name, type_.args[:1]), None
    if subject.kind in ("unknown", "infer"):
        return UNKNOWN
    if type_.name == "Output" and (result := result_of(subject)) is not None:
        return result
    if subject.kind in _OPEN:
        found = from_bounds(index, subject, type_.name, bounds)
        if found is not None:
            return normalise(index, found, bounds, depth + 1)
        if subject.kind == "projection" and trait is None:
            return TypeRef("projection", type_.name, (subject,))
    found = _from_impls(index, subject, type_, bounds, depth)
    if found is not None:
        return found
    rest = (normalise(index, trait, bounds, depth + 1),) if trait is not None else ()
    return TypeRef("projection", type_.name, (subject, *rest)) if subject.kind in _OPEN else UNKNOWN


def from_bounds(index: ImplIndex, subject: TypeRef, name: str, bounds: tuple[Bound, ...]) -> TypeRef | None:
    """An associated type that a bound fixes: `I: Iterator<Item = u8>`, or the result of an `Fn` bound."""
    for trait in bounds_on(index, subject, bounds):
        for bound, value in trait.bindings:
            if bound == name and value.kind != "impl":
                return value
        if name == "Output" and trait.last in ("Fn", "FnMut", "FnOnce") and len(trait.args) == 2:
            return trait.args[1]
    return None


def bounds_on(index: ImplIndex, subject: TypeRef, bounds: tuple[Bound, ...]) -> list[TypeRef]:
    """Traits that an open type is known to have, with those they require."""
    if subject.kind in ("impl", "dyn"):
        found = list(subject.args)
    else:
        found = _declared(index, subject, bounds) if subject.kind == "projection" else []
        found += [trait for bound in bounds if same_subject(bound.subject, subject) for trait in bound.traits]
    seen = {trait.name for trait in found}
    for trait in found:
        info = index.trait(trait.name)
        if info is None:
            continue
        known: Bindings = {"Self": subject, **dict(zip(info.parameters, trait.args, strict=False))}
        for above in info.supertraits:
            if above.name not in seen:
                seen.add(above.name)
                found.append(substitute(above, known))
    return found


def _declared(index: ImplIndex, projection: TypeRef, bounds: tuple[Bound, ...]) -> list[TypeRef]:
    """Bounds that a trait puts on its associated type: `type IntoIter: Iterator<Item = Self::Item>`."""
    subject = projection.args[0]
    known = bounds_on(index, subject, bounds)
    found = [
        t for each in known for n, value in each.bindings if n == projection.name for t in _bounds_of(value)
    ]
    return found + _of_trait(index, projection, list(projection.args[1:2]) or known)


def _bounds_of(value: TypeRef) -> tuple[TypeRef, ...]:
    """Traits of `Item: Clone + Send` inside a bound."""
    return value.args if value.kind == "impl" else ()


def _of_trait(index: ImplIndex, projection: TypeRef, traits: list[TypeRef]) -> list[TypeRef]:
    subject = projection.args[0]
    for trait in traits:
        info = index.trait(trait.name)
        if info is not None and projection.name in info.types:
            known = {"Self": subject, **dict(zip(info.parameters, trait.args, strict=False))}
            return [substitute(bound, known) for bound in info.types[projection.name]]
    return []


def same_subject(first: TypeRef, second: TypeRef) -> bool:
    """Whether two open types are one; a projection without its trait equals one with it."""
    if first.kind == "projection" == second.kind:
        return first.name == second.name and same_subject(first.args[0], second.args[0])
    return (
        first.kind == second.kind and first.name == second.name and (first.kind == "param" or first == second)
    )


def _from_impls(
    index: ImplIndex, subject: TypeRef, asked: TypeRef, bounds: tuple[Bound, ...], depth: int
) -> TypeRef | None:
    trait = asked.args[1] if len(asked.args) > 1 else None
    found = index.matching(subject, trait.name) if trait is not None else index.declaring(subject, asked.name)
    for record, bindings in found:
        if record.trait is None:
            continue
        if trait is not None and not _trait_fits(record, trait, bindings):
            continue
        _bind_results(record, bindings)
        value = index.types_of(record).get(asked.name)
        if value is None or not impl_applies(index, record, bindings, bounds):
            continue
        value = substitute(value, bindings)
        value = normalise(index, value, _instantiate(record.bounds, bindings) + bounds, depth + 1)
        return forget(value, frozenset(record.names - set(bindings)))
    return None


def _bind_results(record: ImplRecord, bindings: Bindings) -> None:
    """Bind what only the result of a closure defines: `B` of `impl<B, F: FnMut(X) -> B> … for Map<I, F>`."""
    for bound in record.bounds:
        for trait in bound.traits:
            if trait.last in CALLS and len(trait.args) == 2:
                result = result_of(substitute(bound.subject, bindings))
                if result is not None:
                    match(trait.args[1], result, record.names, bindings)


def result_of(type_: TypeRef) -> TypeRef | None:
    """What calling a closure or function pointer gives, where that is known."""
    if type_.kind == "closure" and len(type_.args) == 2:
        return type_.args[1]
    return type_.args[-1] if type_.kind == "fn" and type_.args else None


def _trait_fits(record: ImplRecord, trait: TypeRef, bindings: Bindings) -> bool:
    if record.trait is None or not trait.args:
        return True
    pairs = zip(record.trait.args, trait.args, strict=False)
    fitting = [match(mine, other, record.names, bindings) for mine, other in pairs]
    return all(fitting)


def _instantiate(bounds: tuple[Bound, ...], bindings: Bindings) -> tuple[Bound, ...]:
    return tuple(
        [
            Bound(substitute(bound.subject, bindings), tuple([substitute(t, bindings) for t in bound.traits]))
            for bound in bounds
        ]
    )


def impl_applies(
    index: ImplIndex, record: ImplRecord, bindings: Bindings, bounds: tuple[Bound, ...], depth: int = 0
) -> bool:
    """Whether a type can have what an impl asks of it: false only where impls and bounds show that it has not.

    Auto traits are taken as met, and so is what is unknown, or asked too deep.
    """
    if depth > _NESTED:
        return True
    for bound in record.bounds:
        subject = substitute(bound.subject, bindings)
        unbound = bound.subject.kind == "param" and bound.subject.name not in bindings
        if unbound or subject.kind in ("unknown", "infer"):
            continue
        for trait in bound.traits:
            info = index.trait(trait.name)
            if info is None or info.auto or trait.last in _ALWAYS:
                continue
            if head(record.type) and _may_be_hidden(index, subject, trait.name):
                continue
            if not trait_holds(index, subject, trait.name, bounds, depth + 1):
                return False
    return True


def _may_be_hidden(index: ImplIndex, subject: TypeRef, trait: str) -> bool:
    """Whether a macro that was not expanded may write the impl of a crate's own trait for a crate's own type."""
    program = index.program
    if subject.kind != "path" or program.crate_of(trait) is None:
        return False
    return program.crate_of(subject.name) is not None and program.has_item_holes


def trait_holds(
    index: ImplIndex, type_: TypeRef, trait: str, bounds: tuple[Bound, ...], depth: int = 0
) -> bool:
    """Whether an impl or a bound gives a type a trait; auto traits and nested bounds are not looked at."""
    if type_.kind in _OPEN and any(found.name == trait for found in bounds_on(index, type_, bounds)):
        return True
    if trait.rpartition("::")[2] in ("Fn", "FnMut", "FnOnce") and type_.kind in ("closure", "fn"):
        return True
    return any(
        not record.negative and impl_applies(index, record, bindings, bounds, depth)
        for record, bindings in index.matching(type_, trait)
    )
