"""What the enclosing unsafe function's own contract asks of its caller, so that the site may rely on it."""

from __future__ import annotations

import re

from scrutineer.cases.asked import asked_in_words, parameter_names
from scrutineer.cases.question import Question
from scrutineer.model.body import Operation, Place
from scrutineer.model.case import Evidence
from scrutineer.model.contract import Contract, Precondition, Property
from scrutineer.program.paths import canonical_path

_COVERS: dict[Property, frozenset[Property]] = {
    "valid": frozenset(
        ("allocated", "in-bounds", "non-null", "aligned", "initialised", "alive", "valid-value")
    ),
    "allocated": frozenset(("non-null",)),
    "initialised": frozenset(("valid-value",)),
    "alive": frozenset(("allocated",)),
    "valid-value": frozenset(("initialised",)),
}
"""What a property that a contract names also stands for, in the words that developers use for it."""
_WHOLE: frozenset[Property] = frozenset(
    (
        "lock-held",
        "context",
        "call-once",
        "thread-affine",
        "feature",
        "unwind",
        "in-list",
        "not-in-list",
        "pinned",
    )
)
"""Properties that may be about the call as a whole."""
_SAYS_MORE: frozenset[Property] = frozenset(("valid", "owned", "invariant", "layout", "alive", "valid-value"))
"""Properties whose sentences in a section often ask more than the property: only the same sentence answers them."""
_OF_SELF: frozenset[Property] = frozenset(("allocated", "initialised"))
_CALLER = re.compile(
    r"^(?:the )?callers?(?: of \S+ \w+)? (?:must|should|has to|have to) (?:ensure|guarantee|make sure)(?: that)? ",
    re.IGNORECASE,
)
_NOT = re.compile(r"\b(?:must|may|should|can) ?not\b", re.IGNORECASE)
_THE_POINTER = re.compile(r"^(?:the |this |a )?(?:\w+ )?pointer\b", re.IGNORECASE)
_OF_BLOCKS = re.compile(r"\ballocat|\bblock\b|\bfreed\b|into_raw|`?Box\b")
_FAR_IN = 24  # characters before the parameter: `The given `, `Both `, `The memory behind `
_WORD = re.compile(r"[a-z_]\w+")
_ALIKE = 0.75  # of the words of two sentences that ask the same


def by_contract(question: Question) -> Evidence | None:
    """The function around the site is unsafe, and its contract asks this of that parameter."""
    flow = question.flow
    entry = flow.entry
    if not entry.item.unsafe:
        return None
    contract = asked_in_words(flow.program, canonical_path(flow.program, entry))
    if contract is None:
        return None
    if _refers_to(contract, question):
        return question.evidence(
            "contract", f"its contract asks what `{contract.reference}` does", entry.item.name_span
        )
    parameter, steps = _parameter(question)
    for each in contract.obligations:
        if _asks(each, question, parameter, steps):
            return question.evidence("contract", f"the caller is asked: {each.words}", entry.item.name_span)
    return None


def _refers_to(contract: Contract, question: Question) -> bool:
    """Whether the enclosing contract is "the same as that of" the callee's, for arguments handed on as they are."""
    reference = contract.reference.strip("`()[]").rpartition("::")[2]
    return bool(reference) and reference == question.asked.source.rpartition("::")[2]


def _parameter(question: Question) -> tuple[str, tuple[str, ...]]:
    """The parameter that the operand is (part of), and the way into it."""
    root = question.origin.root
    if root is None:
        value = question.flow.values.of(question.operand)
        root = value.place
    if (
        root is None
        or question.flow.body.closure >= 0
        or not 1 <= root.local <= question.flow.body.parameters
    ):
        return "", ()
    names = parameter_names(question.flow.entry.item)
    steps = tuple(step for step in root.steps if step != "*")
    name = names[root.local - 1] if root.local - 1 < len(names) else ""
    return (name, steps) if not _changed(question, root) else ("", ())


def _changed(question: Question, root: Place) -> bool:
    """Whether the function may have changed the parameter itself before the site."""
    flow, whole = question.flow, Place(root.local)
    return any(
        _sets(operation, whole) and flow.graph.reaches(point, question.at.point)
        for point, operation in flow.graph.points()
    )


def _sets(operation: Operation, whole: Place) -> bool:
    if operation.kind in {"drop", "storage_dead"}:
        return False
    lent = operation.kind in {"borrow", "raw_borrow"} and operation.mutable
    written = operation.operands[:1] if lent or operation.kind == "binary" else ()
    return operation.target == whole or any(
        operand.place == whole and (lent or operand.mode == "write") for operand in written
    )


def _asks(each: Precondition, question: Question, parameter: str, steps: tuple[str, ...]) -> bool:
    wanted = question.wanted
    if _alike(each.words, wanted.words) and each.parameter in {parameter, ""}:
        return True
    if wanted.property == "other" or (question.asked.prose and wanted.property in _SAYS_MORE):
        return False
    if each.property != wanted.property and wanted.property not in _COVERS.get(each.property, frozenset()):
        return False
    if not each.parameter and not wanted.parameter:
        return each.property in _WHOLE or (each.property in _OF_SELF and _same_self(question))
    if not parameter or each.parameter != parameter or not _is_subject(each):
        return False
    if question.asks_for_block and not _OF_BLOCKS.search(each.words):
        return False
    named = not steps or any(step[1:] in _WORD.findall(each.words) for step in steps)
    return named and _reaches(each, question)


def _reaches(each: Precondition, question: Question) -> bool:
    """Whether what is asked of the parameter still holds for the pointer that was made of it."""
    wanted, origin = question.wanted, question.origin
    if origin.offset and wanted.property not in {"non-null", "allocated"}:
        return bool(each.extent) and wanted.property == "in-bounds"
    if not origin.exact and wanted.property not in {"non-null", "allocated", "alive"}:
        return False
    if question.moves and wanted.property == "in-bounds":
        return bool(each.extent)
    return not wanted.extent or bool(each.extent)


def _is_subject(each: Precondition) -> bool:
    """Whether a sentence is about its parameter, and does not only mention it."""
    words = _CALLER.sub("", each.words)
    if _NOT.search(words) and each.property in _COVERS:
        return False
    at = words.find(f"`{each.parameter}")
    return -1 < at <= _FAR_IN or (at < 0 and bool(_THE_POINTER.match(words)))


def _same_self(question: Question) -> bool:
    """Whether a method is called on the object that the enclosing method was called on."""
    root = question.flow.values.of(question.at.operand(0)).place
    item = question.flow.entry.item
    return (
        bool(item.receiver)
        and root is not None
        and root.local == 1
        and not [s for s in root.steps if s != "*"]
    )


def _alike(left: str, right: str) -> bool:
    """Whether two sentences ask the same in nearly the same words."""
    ours, theirs = set(_WORD.findall(left.lower())), set(_WORD.findall(right.lower()))
    union = ours | theirs
    return len(ours & theirs) >= _ALIKE * len(union) if len(union) > 3 else False
