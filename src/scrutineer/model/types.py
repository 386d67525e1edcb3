"""Types as they are written in source, and as `program/` resolves them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

TypeKind = Literal[
    "path",  # `Vec<T>`: name is the path as written, or the full path once resolved
    "param",  # a type parameter in scope (set by resolution)
    "self",  # `Self` (before resolution)
    "projection",  # `<T as Trait>::Name`: args are (T, Trait), name is the associated type
    "ref",  # `&'a mut T`: args (T,), lifetimes ('a,) or ()
    "pointer",  # `*const T`, `*mut T`
    "slice",  # `[T]`
    "array",  # `[T; N]`: name is N as written
    "tuple",  # `()` is the empty tuple
    "fn",  # function pointer: args are the parameters, then the result; name is the ABI or empty
    "closure",  # the type of a closure expression: name is its number in the body
    "dyn",  # `dyn A + B`: args are the bounds
    "impl",  # `impl A + B`
    "never",  # `!`
    "infer",  # `_`
    "unknown",  # nothing is known, and nothing may be guessed
]


class TypeRef(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One type expression.

    For `path`, `args` are the generic arguments of the last segment that has any (`Fn(A, B) -> C` sugar: a
    tuple type, then the result) and `bindings` its associated types (`Iterator<Item = u8>`;
    `Iterator<Item: Clone>` binds `Item` to an `impl` type).
    """

    kind: TypeKind
    name: str = ""
    args: tuple[TypeRef, ...] = ()
    mutable: bool = False
    lifetimes: tuple[str, ...] = ()
    bindings: tuple[tuple[str, TypeRef], ...] = ()
    unsafe: bool = False  # of `unsafe fn(..)` pointers

    def __str__(self) -> str:
        """Write the type as Rust does."""
        return _SHOW.get(self.kind, _show_name)(self)

    @property
    def last(self) -> str:
        """Last segment of a path type's name: `Vec` of `std::vec::Vec`."""
        return self.name.rpartition("::")[2]


_WIDTHS = ("8", "16", "32", "64", "128", "size")
INTEGERS = frozenset(sign + width for sign in "iu" for width in _WIDTHS)
FLOATS = frozenset({"f16", "f32", "f64", "f128"})
PRIMITIVES = INTEGERS | FLOATS | {"bool", "char", "str"}
"""Names of the types that are built in and written as a path."""

UNKNOWN = TypeRef("unknown")
UNIT = TypeRef("tuple")
NEVER = TypeRef("never")


def _join(types: tuple[TypeRef, ...], separator: str = ", ") -> str:
    return separator.join(map(str, types))


def _show_path(type_: TypeRef) -> str:
    parts = [
        *type_.lifetimes,
        *map(str, type_.args),
        *(f"{name} = {bound}" for name, bound in type_.bindings),
    ]
    return f"{type_.name}<{', '.join(parts)}>" if parts else type_.name


def _show_ref(type_: TypeRef) -> str:
    lifetime = f"{type_.lifetimes[0]} " if type_.lifetimes else ""
    return f"&{lifetime}{'mut ' if type_.mutable else ''}{_join(type_.args)}"


def _show_tuple(type_: TypeRef) -> str:
    return f"({_join(type_.args)}{',' if len(type_.args) == 1 else ''})"


def _show_fn(type_: TypeRef) -> str:
    abi = f'extern "{type_.name}" ' if type_.name else ""
    *parameters, result = type_.args or (UNIT,)
    arrow = "" if result == UNIT else f" -> {result}"
    return f"{'unsafe ' if type_.unsafe else ''}{abi}fn({_join(tuple(parameters))}){arrow}"


def _show_name(type_: TypeRef) -> str:
    return type_.name or "?"


_SHOW: dict[str, Callable[[TypeRef], str]] = {
    "path": _show_path,
    "self": lambda _: "Self",
    "projection": lambda t: f"<{t.args[0]} as {t.args[1]}>::{t.name}" if len(t.args) > 1 else t.name,
    "ref": _show_ref,
    "pointer": lambda t: f"*{'mut' if t.mutable else 'const'} {_join(t.args)}",
    "slice": lambda t: f"[{_join(t.args)}]",
    "array": lambda t: f"[{_join(t.args)}; {t.name}]",
    "tuple": _show_tuple,
    "fn": _show_fn,
    "closure": lambda t: f"{{closure#{t.name}}}",
    "dyn": lambda t: f"dyn {_join(t.args, ' + ')}",
    "impl": lambda t: f"impl {_join(t.args, ' + ')}",
    "never": lambda _: "!",
    "infer": lambda _: "_",
    "unknown": lambda _: "?",
}
