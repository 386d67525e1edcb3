"""Types as terms: parameters replaced, patterns matched, what is known of two answers joined."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scrutineer.model.items import Generics
from scrutineer.model.types import UNKNOWN, TypeRef

Bindings = dict[str, TypeRef]
"""Types by the name of the parameter that stands for them."""

_HEADS = {
    "ref": "reference",
    "pointer": "pointer",
    "slice": "slice",
    "array": "array",
    "fn": "fn",
    "never": "never",
    "dyn": "dyn",
    "closure": "closure",
}
_OPEN = frozenset({"unknown", "infer", "param", "projection", "impl", "self"})


def head(type_: TypeRef) -> str:
    """What impls are indexed by: the full path of a type, or its family; empty where any type may stand."""
    if type_.kind == "path":
        return type_.name
    if type_.kind == "tuple":
        return "tuple" if type_.args or type_.name else "unit"
    return _HEADS.get(type_.kind, "")


def is_known(type_: TypeRef) -> bool:
    """Whether the outermost layer of a type is known."""
    return type_.kind not in ("unknown", "infer")


def is_concrete(type_: TypeRef) -> bool:
    """Whether no part of a type is unknown, a parameter or a projection."""
    return type_.kind not in _OPEN and all(map(is_concrete, type_.args))


def with_args(type_: TypeRef, args: tuple[TypeRef, ...]) -> TypeRef:
    """The same type with other arguments."""
    return TypeRef(type_.kind, type_.name, args, type_.mutable, type_.lifetimes, type_.bindings, type_.unsafe)


def reference(type_: TypeRef, *, mutable: bool = False) -> TypeRef:
    """`&T` or `&mut T`."""
    return TypeRef("ref", args=(type_,), mutable=mutable)


def substitute(type_: TypeRef, bindings: Mapping[str, TypeRef]) -> TypeRef:
    """Replace parameters by what they stand for; those without an entry stay. `Self` is one of them."""
    if not bindings:
        return type_
    if type_.kind == "param":
        return bindings.get(type_.name, type_)
    if type_.kind == "self":
        return bindings.get("Self", type_)
    if not type_.args and not type_.bindings:
        if type_.kind == "array" and type_.name in bindings:
            return TypeRef("array", bindings[type_.name].name, type_.args)
        return type_
    args = tuple([substitute(arg, bindings) for arg in type_.args])
    named = tuple([(name, substitute(bound, bindings)) for name, bound in type_.bindings])
    name = type_.name
    if type_.kind == "array" and name in bindings:
        name = bindings[name].name
    if args == type_.args and named == type_.bindings and name == type_.name:
        return type_
    return TypeRef(type_.kind, name, args, type_.mutable, type_.lifetimes, named, type_.unsafe)


def match(pattern: TypeRef, actual: TypeRef, names: frozenset[str], bindings: Bindings) -> bool:
    """Whether `actual` can be an instance of `pattern`, whose parameters `names` get bound.

    What is unknown on either side fits anything. A parameter that is bound already must fit what it has.
    """
    kind = pattern.kind
    if kind in ("param", "self"):
        name = pattern.name if kind == "param" else "Self"
        if name in names:
            known = bindings.get(name)
            if known is None or not is_known(known):
                if is_known(actual) or known is None:
                    bindings[name] = actual
                return True
            bindings[name] = join(known, actual)
            return fits(known, actual)
        return actual.kind in ("unknown", "infer") or (actual.kind == kind and actual.name == pattern.name)
    if kind in ("unknown", "infer", "projection", "impl") or actual.kind in (
        "unknown",
        "infer",
        "projection",
    ):
        return True
    if kind != actual.kind or (kind in ("path", "closure") and pattern.name != actual.name):
        return False
    if kind in ("ref", "pointer") and pattern.mutable != actual.mutable:
        return False
    if kind == "array" and pattern.name in names:
        bindings.setdefault(pattern.name, TypeRef("path", actual.name))
    if kind == "tuple" and pattern.name:  # `(T, …)`: every length
        return True
    if kind in ("tuple", "fn") and len(pattern.args) != len(actual.args):
        return False
    if kind == "dyn":
        return not pattern.args or not actual.args or pattern.args[0].name == actual.args[0].name
    fitting = [
        match(inner, other, names, bindings) for inner, other in zip(pattern.args, actual.args, strict=False)
    ]
    return all(fitting)


def fits(first: TypeRef, second: TypeRef) -> bool:
    """Whether two types can be the same one, as far as they are known."""
    return match(first, second, frozenset(), {}) or first.kind in _OPEN or second.kind in _OPEN


def join(first: TypeRef, second: TypeRef) -> TypeRef:
    """What two answers about one type say together; where they differ, the first is kept."""
    if not is_known(first) or first.kind == "never":
        return second if is_known(second) else first
    if first == second or not is_known(second) or first.kind != second.kind:
        return first
    if first.name != second.name:
        return first
    if not first.args:
        return second if second.args and first.kind in ("path", "closure") else first
    args = [join(one, other) for one, other in zip(first.args, second.args, strict=False)]
    return with_args(first, (*args, *first.args[len(args) :]))


def parameters_in(type_: TypeRef) -> Iterator[str]:
    """Names of the type parameters that occur."""
    if type_.kind == "param":
        yield type_.name
    for arg in type_.args:
        yield from parameters_in(arg)
    for _, bound in type_.bindings:
        yield from parameters_in(bound)


def forget(type_: TypeRef, names: frozenset[str]) -> TypeRef:
    """Make parameters that nothing bound unknown."""
    return substitute(type_, dict.fromkeys(names, UNKNOWN)) if names else type_


def bind_arguments(generics: Generics, args: tuple[TypeRef, ...], defaults: list[TypeRef | None]) -> Bindings:
    """Arguments by the names of the parameters; missing ones take the default or are unknown."""
    names = [*generics.types, *generics.consts]
    bound: Bindings = {}
    for number, name in enumerate(names):
        default = defaults[number] if number < len(defaults) else None
        if number < len(args):
            bound[name] = args[number]
        else:
            bound[name] = substitute(default, bound) if default is not None else UNKNOWN
    return bound
