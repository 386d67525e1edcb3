"""Sites that a safe form can replace today, where that cannot change what the code does."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scrutineer.cases.beside import impl_at
from scrutineer.cases.by_fields import is_derived
from scrutineer.cases.cases import Cases
from scrutineer.cases.located import SiteAt, locate
from scrutineer.cases.origin import origin_of
from scrutineer.model.case import SafetyCase
from scrutineer.program.program import Program
from scrutineer.program.properties import SEND, SYNC

_ZEROS = frozenset("u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize".split())  # noqa: SIM905 - names in a row


class Avoidable(msgspec.Struct, frozen=True):
    """A site, and the safe form in words."""

    case: SafetyCase
    instead: str


def avoidable(cases: Cases) -> Iterator[Avoidable]:
    """Sites with a safe form that costs nothing: the check is made already, or there is nothing to check."""
    for case in cases.all:
        at = locate(cases.flows, case.site)
        instead = _of_call(case, at) if at is not None else _of_impl(cases.flows.program, case)
        if instead:
            yield Avoidable(case, instead)


def _of_call(case: SafetyCase, at: SiteAt) -> str:
    checked = any(evidence.kind == "check" for o in case.obligations for evidence in o.evidence)
    operand = at.operation.operands[0] if at.operation.operands else None
    match at.target.path:
        case "slice::get_unchecked" | "slice::get_unchecked_mut" if checked:
            return "the index was checked against the length: indexing with `[..]` keeps no second check"
        case "core::option::Option::unwrap_unchecked" if checked:
            return "it was checked: `if let Some(..)` takes the value without a second check"
        case "core::ptr::NonNull::new_unchecked" if origin_of(at.flow, operand).kind == "reference" and (
            origin_of(at.flow, operand).exact
        ):
            return "it is made of a reference: `NonNull::from` needs no unsafe code"
        case "core::str::from_utf8_unchecked" if operand is not None and operand.constant.startswith('b"'):
            return "the bytes are a literal: write a string literal"
        case "core::mem::zeroed" if at.target.result.name in _ZEROS:
            return f"the type is `{at.target.result}`: write `0`"
        case _:
            return ""


def _of_impl(program: Program, case: SafetyCase) -> str:
    """An `unsafe impl Send` or `Sync` of a type without parameters that the compiler would give by itself."""
    entry = impl_at(program, case.site) if case.site.kind_is("impl") else None
    if entry is None or entry.item.generics.types or entry.cfg:
        return ""
    trait = program.resolver.impl_scope(entry.index).trait
    if trait not in {SEND, SYNC} or not is_derived(program, entry, trait):
        return ""
    return f"every field is `{trait.rpartition('::')[2]}`: the compiler implements it without this impl"
