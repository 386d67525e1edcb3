"""What a site's operation asks: preconditions of its callee's contract, or of the kind of operation."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from scrutineer.cases.beside import impl_at
from scrutineer.cases.located import SiteAt
from scrutineer.contracts.catalogue import Operation as OperationKind
from scrutineer.contracts.catalogue import contract_of, contract_of_impl, contract_of_operation
from scrutineer.contracts.safety_section import read_safety_section
from scrutineer.contracts.warnings import read_warning
from scrutineer.model.contract import Contract, Precondition
from scrutineer.model.items import Function
from scrutineer.model.site import Site
from scrutineer.program.entries import FunctionEntry
from scrutineer.program.memo import kept
from scrutineer.program.paths import canonical_path
from scrutineer.program.program import Program

_FARTHEST = 3  # references from one contract to the next
_CODE = re.compile(r"[\w:]+")


class Asked(msgspec.Struct, frozen=True):
    """One precondition, and where it was read; `prose`: in a `# Safety` section, whose words may say more."""

    precondition: Precondition
    source: str
    prose: bool = False


def asked_by(program: Program, site: Site, at: SiteAt | None) -> list[Asked]:
    """Preconditions of a site's operation; empty where nobody wrote any down."""
    found = _contract(program, site, at)
    if found is None:
        return []
    return [Asked(each, found.of, found.source == "section") for each in found.obligations]


def _contract(program: Program, site: Site, at: SiteAt | None) -> Contract | None:
    match site.id.kind:
        case "call":
            return asked_in_words(program, site.callee)
        case "foreign":
            return contract_of_function(program, site.callee) or contract_of_operation("foreign call")
        case "asm":
            return contract_of_operation("asm")
        case "attribute":
            name = site.callee.rpartition("::")[2]
            known = {"no_mangle": "attribute no_mangle", "export_name": "attribute export_name"}
            return contract_of_operation(known.get(name, "attribute link_section"))
        case "impl":
            return _of_impl(program, site)
        case _:
            return contract_of_operation(_operation_kind(program, site, at))


def _operation_kind(program: Program, site: Site, at: SiteAt | None) -> OperationKind:
    """What is done with a pointer, union or static."""
    if site.kind_is("union"):
        return "union read"
    use = _use(at) if at is not None else "read"
    if site.kind_is("deref"):
        return f"deref {use}"  # type: ignore[return-value] # the uses are the catalogue's
    owner = program.crate_of(site.callee)
    foreign = owner is not None and any(
        getattr(entry.item, "foreign", False) for entry in owner.find(site.callee)
    )
    if foreign:
        return "static extern"
    return f"static {'borrow' if use in {'shared', 'unique', 'place'} else use}"  # type: ignore[return-value] # the same


def _use(at: SiteAt) -> str:
    """`read`, `write`, `shared`, `unique` or `place`: what the operation does behind the pointer."""
    operation, pointer = at.operation, at.pointer
    if operation.kind == "raw_borrow":
        return "place"
    if operation.kind == "borrow":
        return "unique" if operation.mutable else "shared"
    if pointer is not None and operation.target is not None and pointer.is_prefix_of(operation.target):
        return "write"
    if operation.kind == "call" and at.target.autoref:
        return "unique" if at.target.autoref == "&mut" else "shared"
    if any(operand.mode == "receiver" for operand in operation.operands) and at.target.kind == "unknown":
        return "unique"
    return "write" if any(operand.mode == "write" for operand in operation.operands) else "read"


@kept
def contract_of_function(program: Program, path: str) -> Contract | None:
    """The contract of a function by canonical path: std's, its own section, or that of the trait it implements."""
    return _followed(program, path, _FARTHEST)


def _followed(program: Program, path: str, steps: int) -> Contract | None:
    owner = program.crate_of(path)
    if owner is None:
        return contract_of(path)
    for entry in functions_at(owner, path):
        found = _section(entry, path) or _of_trait(owner, entry)
        if found is None:
            continue
        if found.reference and steps:
            other = _followed(owner, _target(owner, entry, found.reference), steps - 1)
            if other is not None:
                return msgspec.structs.replace(
                    found, obligations=(*found.obligations, *_renamed(entry, other))
                )
        return found
    return None


@kept
def asked_in_words(program: Program, path: str) -> Contract | None:
    """The contract of a function, or what the sentences of its documentation ask that has no such section."""
    written = contract_of_function(program, path)
    owner = program.crate_of(path)
    if written is not None or owner is None:
        return written
    found = (_sentences(entry, path) for entry in functions_at(owner, path) if entry.item.unsafe)
    return next((each for each in found if each is not None), None)


def functions_at(owner: Program, path: str) -> list[FunctionEntry]:
    """Functions of a program by canonical path; several under cfg predicates."""
    return [entry for entry in owner.find(path) if isinstance(entry.item, Function)]


def _renamed(entry: FunctionEntry, other: Contract) -> Iterator[Precondition]:
    """Preconditions of the function that a section refers to, about parameters of the same name."""
    names = parameter_names(entry.item)
    for each in other.obligations:
        position = names.index(each.parameter) if each.parameter in names else -1
        yield msgspec.structs.replace(each, position=position)


def parameter_names(item: Function) -> tuple[str, ...]:
    """Names of all parameters, a receiver first as `self`."""
    receiver = ("self",) if item.receiver and item.receiver != "typed" else ()
    return receiver + tuple(parameter.name for parameter in item.parameters)


def _section(entry: FunctionEntry, path: str) -> Contract | None:
    item = entry.item
    if not item.doc:
        return None
    return read_safety_section(
        item.doc,
        of=path,
        parameters=item.parameters,
        receiver=bool(item.receiver) and item.receiver != "typed",
    )


def _sentences(entry: FunctionEntry, path: str) -> Contract | None:
    """What a doc comment without the section asks: "it is up to the caller to…", "Unsafe because…"."""
    item = entry.item
    return read_warning(
        item.doc,
        of=path,
        parameters=item.parameters,
        receiver=bool(item.receiver) and item.receiver != "typed",
    )


def _of_trait(owner: Program, entry: FunctionEntry) -> Contract | None:
    """The contract of the trait's method that a function of an impl is."""
    if entry.item.impl_ < 0:
        return None
    trait = owner.resolver.scope_of(entry).trait
    return contract_of_function(owner, f"{trait}::{entry.item.name}") if trait else None


def _target(owner: Program, entry: FunctionEntry, written: str) -> str:
    """Full path of the function that a section's reference names."""
    code = _CODE.match(written)
    if code is None:
        return ""
    scope = owner.resolver.scope_of(entry)
    name = code[0]
    if name.startswith("Self::"):
        return f"{canonical_path(owner, entry).rpartition('::')[0]}::{name.removeprefix('Self::')}"
    if "::" not in name:
        beside = f"{canonical_path(owner, entry).rpartition('::')[0]}::{name}"
        if functions_at(owner, beside):
            return beside
    found = owner.resolve(name, scope, "values")
    return "::".join((found.path, *found.rest))


def _of_impl(program: Program, site: Site) -> Contract | None:
    """What an unsafe trait promises: std's, or the trait's own section."""
    entry = impl_at(program, site)
    if entry is None or entry.item.trait is None:
        return None
    trait = program.resolver.impl_scope(entry.index).trait
    owner = program.crate_of(trait)
    if owner is None:
        return contract_of_impl(trait)
    declared = owner.trait_paths.get(trait)
    return read_safety_section(declared.item.doc, of=trait) if declared and declared.item.doc else None
