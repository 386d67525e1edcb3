"""Functions and traits in one form, whether they come from this crate, a dependency or the standard library."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from scrutineer.model.items import Bound
from scrutineer.model.types import TypeRef
from scrutineer.program.paths import canonical_path
from scrutineer.program.tables import Standard
from scrutineer.program.tables.records import Header, TraitImpl
from scrutineer.program.tables.records import Signature as LibrarySignature
from scrutineer.program.terms import bind_arguments, substitute, with_args
from scrutineer.program.types import SELF, Signature

if TYPE_CHECKING:
    from scrutineer.program.program import Program

_STATIC = ("'static",)
_SELF_AS_PARAMETER = {"Self": SELF}


class Member(msgspec.Struct, frozen=True, gc=False):
    """One function that a call can mean.

    `crate` is the root name of the program that holds it as function `function`, or `std` (then `function` is
    -1). `trait` is the trait that declares it, empty for inherent and free functions.
    """

    path: str
    crate: str
    function: int
    signature: Signature
    trait: str = ""
    required: bool = False

    @property
    def name(self) -> str:
        """Its last segment."""
        return self.path.rpartition("::")[2]


class TraitInfo(msgspec.Struct, frozen=True, gc=False):
    """A trait: parameters in order, supertraits in terms of `Self` and them, members by name."""

    path: str
    parameters: tuple[str, ...] = ()
    supertraits: tuple[TypeRef, ...] = ()
    members: dict[str, Member] = {}
    types: dict[str, tuple[TypeRef, ...]] = {}  # associated types with their bounds
    auto: bool = False
    unsafe: bool = False


class ImplRecord(msgspec.Struct, frozen=True, gc=False):
    """One impl, its header resolved.

    `index` is the impl of the program `crate`; -1 in the standard library, whose associated types stand in
    `types`. `names` are the generic parameters.
    """

    crate: str
    index: int
    names: frozenset[str]
    type: TypeRef
    trait: TypeRef | None = None
    bounds: tuple[Bound, ...] = ()
    negative: bool = False
    cfg: str = ""
    types: dict[str, TypeRef] = {}


def plain(standard: Standard, type_: TypeRef) -> TypeRef:
    """A type of the tables with the library's own aliases (`io::Result<T>`) replaced, and without lifetimes.

    A lifetime of a library's impl means nothing where it is used; `'static` stays.
    """
    if type_.lifetimes and type_.lifetimes != _STATIC:
        type_ = TypeRef(type_.kind, type_.name, type_.args, type_.mutable, (), type_.bindings, type_.unsafe)
    if type_.args:
        args = tuple([plain(standard, arg) for arg in type_.args])
        if args != type_.args:
            type_ = with_args(type_, args)
    if type_.kind == "path" and standard.kind(type_.name) == "type":
        declaration = standard.declaration(type_.name)
        if declaration is not None and declaration.target is not None:
            bound = bind_arguments(declaration.generics, type_.args, list(declaration.defaults))
            return plain(standard, substitute(declaration.target, bound))
    return type_


def library_signature(
    standard: Standard,
    signature: LibrarySignature,
    header: Header | None,
    trait: str = "",
    trait_names: tuple[str, ...] = (),
) -> Signature:
    """A signature of the tables in our form; `Self` becomes the impl's type, or a parameter of the trait."""
    own = header.type if header is not None else SELF
    bound = {"Self": own} if header is not None else _SELF_AS_PARAMETER
    parameters = [parameter.type for parameter in signature.parameters]
    if signature.receiver_type is not None:
        parameters.insert(0, signature.receiver_type)
    generics = signature.generics
    bounds = generics.bounds + (header.generics.bounds if header is not None else ())
    names = {*generics.types, *generics.consts}
    if header is not None:
        names |= {*header.generics.types, *header.generics.consts}
    elif trait:
        names |= {"Self", *trait_names}
        args = tuple(TypeRef("param", name) for name in trait_names)
        bounds = (Bound(SELF, (TypeRef("path", trait, args),)), *bounds)
    return Signature(
        frozenset(names),
        tuple([plain(standard, substitute(parameter, bound)) for parameter in parameters]),
        signature.receiver,
        plain(standard, substitute(signature.result, bound)),
        substitute_bounds(bounds, bound),
        signature.unsafe,
        own if header is not None or trait else None,
        (*generics.types, *generics.consts),
    )


def substitute_bounds(bounds: tuple[Bound, ...], bindings: dict[str, TypeRef]) -> tuple[Bound, ...]:
    """Replace parameters in bounds."""
    return tuple(
        [
            Bound(
                substitute(bound.subject, bindings),
                tuple([substitute(trait, bindings) for trait in bound.traits]),
            )
            for bound in bounds
            if bound.traits
        ]
    )


def library_impl(standard: Standard, found: TraitImpl) -> ImplRecord:
    """A trait impl of the tables in our form."""
    header = found.header
    own = {"Self": header.type}
    return ImplRecord(
        "std",
        -1,
        frozenset((*header.generics.types, *header.generics.consts)),
        header.type,
        substitute(header.trait, own) if header.trait is not None else None,
        substitute_bounds(header.generics.bounds, own),
        header.negative,
        types={name: plain(standard, substitute(type_, own)) for name, type_ in found.types},
    )


def member_of(crate: Program, index: int, trait: str = "") -> Member:
    """A function of a program as a member."""
    entry = crate.functions[index]
    signature = crate.resolver.signature(index)
    required = entry.item.trait >= 0 and entry.item.body_span is None
    return Member(canonical_path(crate, entry), crate.root, index, signature, trait, required)
