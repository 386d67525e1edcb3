"""What the tables say of one item: records made from their text when somebody asks."""

from __future__ import annotations

from typing import Literal

import msgspec

from scrutineer.model.items import Bound, Generics, Parameter
from scrutineer.model.types import TypeRef

ItemKind = Literal[
    "struct", "enum", "union", "trait", "traitalias", "fn", "macro", "constant", "static", "type", "primitive"
]  # fmt: skip


class Signature(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A function, associated type or constant of a library.

    `receiver` as in `model.items.Function`; a receiver of any kind is not among the parameters, its type is
    `receiver_type`. `since` is the release that made it stable, `-` while it is not, empty where the page
    does not say. `panics`: its documentation says when it does. `features`: of the
    processor, without which even a safe function may not be called safely. `required`: a trait's member without a default. `bounds` are those of an associated type.
    """

    form: Literal["fn", "type", "const"]
    name: str
    generics: Generics = Generics()
    receiver: str = ""
    receiver_type: TypeRef | None = None
    parameters: tuple[Parameter, ...] = ()
    result: TypeRef = TypeRef("tuple")
    unsafe: bool = False
    const: bool = False
    asynchronous: bool = False
    abi: str = ""
    variadic: bool = False
    required: bool = False
    since: str = ""
    panics: bool = False
    features: tuple[str, ...] = ()
    bounds: tuple[Bound, ...] = ()


class Header(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The header of an impl: what is implemented for which type; `trait` is unset for an inherent impl."""

    generics: Generics
    trait: TypeRef | None
    type: TypeRef
    negative: bool = False
    unsafe: bool = False


class Method(msgspec.Struct, frozen=True, gc=False):
    """A member with the impl (or the trait, then `header` is unset) that it stands in."""

    owner: str
    header: Header | None
    signature: Signature


class TraitImpl(msgspec.Struct, frozen=True, gc=False):
    """A trait implemented for a type, with the associated types that the impl sets."""

    header: Header
    types: tuple[tuple[str, TypeRef], ...] = ()


class Field(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A public field; of a tuple struct or variant its number."""

    name: str
    type: TypeRef


class Variant(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A variant of an enum."""

    name: str
    fields: tuple[Field, ...] = ()


class Declaration(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A type, trait, alias or constant: generics (with defaults of type parameters), fields and variants.

    `private` says that there are fields which the documentation does not show. `target` is what an alias
    stands for, or the type of a constant or static.
    """

    kind: ItemKind
    path: str
    since: str = ""
    generics: Generics = Generics()
    defaults: tuple[TypeRef | None, ...] = ()
    unsafe: bool = False
    auto: bool = False
    supertraits: tuple[TypeRef, ...] = ()
    fields: tuple[Field, ...] = ()
    variants: tuple[Variant, ...] = ()
    private: bool = False
    target: TypeRef | None = None
