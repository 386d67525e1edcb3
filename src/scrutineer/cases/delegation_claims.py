"""Comments that lean on a caller who was never asked: safe functions, and contracts that say only who calls."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scrutineer.cases.asked import contract_of_function
from scrutineer.cases.cases import Cases
from scrutineer.cases.informal import asks_in_a_comment
from scrutineer.cases.objection import ClaimAt, Objection, claims_of_kind
from scrutineer.model.contract import Contract, Property
from scrutineer.program.entries import FunctionEntry
from scrutineer.program.paths import canonical_path
from scrutineer.program.program import Program

_PROMISES = re.compile(
    r"\bcallers?\b(?: of (?:this|the) (?:function|method))? (?:must |will |should |has |have |always |also )*"
    r"(?:ensur|guarantee|promis|made sure|makes? sure|assert|uph|provides? a valid|verif|check)"
    r"|\b(?:safety )?(?:requirements?|contract|preconditions?) (?:of|on|for) (?:this|our) (?:function|method)\b"
    r"|\bour (?:safety )?(?:requirements?|contract|preconditions?)\b|\b(?:ensured|guaranteed|upheld|promised) by (?:the |our )?callers?\b"
    r"|\bcaller'?s (?:responsib|guarant|contract)",
    re.IGNORECASE,
)
"""Words that put the duty on the caller of this very function."""
_STATES = re.compile(r"\b(?:the|our) callers? (?:owns?|holds?|has|have|is|are|only)\b", re.IGNORECASE)
"""Words that tell of the caller what a type may well guarantee."""
_ELSEWHERE = re.compile(
    r"\bcallers? of `|\bmacro(?:'s)? callers?\b|\bcallers? of (?:the|this) macro\b|\b(?:requirements?|contract|invariants?) of `|\binvariant",
    re.IGNORECASE,
)
_WHO = re.compile(
    r"^(?:this (?:function|method|callback)? ?|it )?(?:must |may |should |can )?(?:be )?(?:only )?(?:ever )?(?:be )?(?:called|used|invoked)"
    r" (?:only )?(?:by|from|as|through|via)\b[^`]*$",
    re.IGNORECASE,
)
"""A section that says who calls, and nothing about what is handed in."""
_MEMORY: frozenset[Property] = frozenset(
    (
        "valid",
        "allocated",
        "in-bounds",
        "aligned",
        "initialised",
        "non-null",
        "no-alias",
        "owned",
        "alive",
        "valid-value",
        "utf-8",
        "terminated",
        "no-data-race",
    )
)


def unfounded_delegations(cases: Cases) -> Iterator[Objection]:
    """Claims that the caller sees to something, in functions that never ask it."""
    bare: set[int] = set()
    for each in claims_of_kind(cases, "delegates"):
        entry = each.function
        if entry is None or entry.item.parent >= 0 or _states_the_contract(each):
            continue
        if not entry.item.unsafe:
            said = _PROMISES.search(each.words) or _STATES.search(each.words)
            if said and not _ELSEWHERE.search(each.words):
                reason = f"`{entry.item.name}` is safe: its caller promises nothing"
                yield Objection(each, reason, certain=said.re is _PROMISES)
            continue
        contract = contract_of_function(cases.flows.program, canonical_path(cases.flows.program, entry))
        if contract is None:
            if entry.index in bare or not _PROMISES.search(each.words) or asks_in_a_comment(cases, each):
                continue
            bare.add(entry.index)  # one section is missing, however many comments lean on it
            if not _of_trait(cases.flows.program, entry):
                yield Objection(
                    each,
                    f"`{entry.item.name}` has no `# Safety` section that would ask it",
                    certain=_must_document(cases.flows.program, entry),
                )
        elif _says_only_who(contract) and _MEMORY & frozenset(each.testimony.claim.properties):
            words = contract.obligations[0].words.rstrip(".")
            yield Objection(each, f'the contract of `{entry.item.name}` asks nothing of the kind: "{words}"')


def _states_the_contract(each: ClaimAt) -> bool:
    """Whether the comment stands above the function: then it asks something of the caller, in the wrong form."""
    body = each.function.item.body_span if each.function is not None else None
    return body is None or each.testimony.span.end <= body.start


def _must_document(program: Program, entry: FunctionEntry) -> bool:
    """Whether others read the section: callers outside, or all of a kernel, whose rules ask for it everywhere."""
    return program.unit.kind == "kernel" or program.visibility.is_reachable(entry)


def _of_trait(program: Program, entry: FunctionEntry) -> bool:
    """Whether the function is a trait's, whose contract may stand in a crate that was not read."""
    item = entry.item
    if item.trait >= 0:
        return True
    return item.impl_ >= 0 and program.files[entry.file].impls[item.impl_].trait is not None


def _says_only_who(contract: Contract) -> bool:
    words = [each.words.strip().rstrip(".") for each in contract.obligations]
    return bool(words) and not contract.reference and all(_WHO.match(sentence) for sentence in words)
