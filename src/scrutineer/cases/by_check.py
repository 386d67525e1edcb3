"""What checks prove: a branch that dominates the site, on the same place, with no write between."""

from __future__ import annotations

from collections.abc import Callable

from scrutineer.cases.question import Question
from scrutineer.cases.same import same
from scrutineer.flow.conditions import Fact
from scrutineer.flow.values import Value
from scrutineer.model.case import Evidence

_Proves = Callable[[Question, Fact], bool]

_INDEXED = frozenset(
    {"slice::get_unchecked", "slice::get_unchecked_mut", "str::get_unchecked", "str::get_unchecked_mut"}
)
_NULLS = frozenset(
    {"ptr::null", "ptr::null_mut", "null", "null_mut", "core::ptr::null", "core::ptr::null_mut"}
)


def by_check(question: Question) -> Evidence | None:
    """A dominating check proves it."""
    match question.wanted.property:
        case "non-null":
            return _said(question, _non_null)
        case "in-bounds" if question.at.target.path in _INDEXED:
            return _said(question, _below_length)
        case "valid-value" if question.at.target.name == "unwrap_unchecked":
            return _said(question, _is_some)
        case "valid-value" if question.at.target.name == "new_unchecked":
            return _said(question, _not_zero)
        case _:
            return None


def _said(question: Question, proves: _Proves) -> Evidence | None:
    for check in question.flow.checks.at(question.at.point):
        if not check.stale and proves(question, check.fact):
            return question.evidence("check", "checked by the branch", check.span)
    return None


def _value(question: Question, position: int) -> Value:
    return question.flow.values.of(question.at.operand(position))


def _non_null(question: Question, fact: Fact) -> bool:
    subject = question.flow.values.of(question.operand)
    left, right = fact.left, fact.right
    if fact.relation == "false" and left.kind == "call" and left.name == ".is_null":
        return bool(left.args) and same(left.args[0], subject)
    if fact.relation == "!=" and right is not None:
        pairs = ((left, right), (right, left))
        return any(
            same(one, subject) and other.kind == "call" and other.name in _NULLS for one, other in pairs
        )
    return False


def _below_length(question: Question, fact: Fact) -> bool:
    if fact.relation != "<" or fact.right is None:
        return False
    whole, index = _value(question, 0), _value(question, 1)
    length = fact.right
    is_length = length.kind == "call" and length.name == ".len" and bool(length.args)
    return is_length and same(length.args[0], whole) and same(fact.left, index)


def _is_some(question: Question, fact: Fact) -> bool:
    subject = _value(question, 0)
    if fact.relation == "true" and fact.left.kind == "call" and fact.left.name in {".is_some", ".is_ok"}:
        return bool(fact.left.args) and same(fact.left.args[0], subject)
    return False


def _not_zero(question: Question, fact: Fact) -> bool:
    subject = _value(question, 0)
    if fact.relation != "!=" or fact.right is None or fact.negated:
        return False
    zero = Value("constant", "0")
    return (same(fact.left, subject) and fact.right == zero) or (
        same(fact.right, subject) and fact.left == zero
    )
