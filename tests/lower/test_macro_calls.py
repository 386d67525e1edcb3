"""Macros of other crates whose control flow is known."""

from __future__ import annotations

import pytest
from lowered import lower, operations


def test_code_under_predicates_is_a_branch_on_them() -> None:
    body = lower(
        "fn f() -> u8 { cfg_if! { if #[cfg(a)] { one(2) } else if #[cfg(b)] { two() } else { 3 } } }"
    )
    assert not operations(body, "opaque")
    (branch,) = [block.terminator for block in body.blocks if block.terminator.kind == "cfg"]
    assert branch.labels == ("a", "all(b, not(a))", "all(not(a), not(b))")
    ways = [body.blocks[target].operations[-1] for target in branch.targets]
    assert [way.callee.name if way.callee else way.kind for way in ways] == ["one", "two", "assign"]
    assert {way.target.local for way in ways if way.target is not None} == {0}


def test_code_under_one_predicate_may_not_be_there() -> None:
    body = lower("fn f() { cfg_if::cfg_if! { if #[cfg(a)] { one(); } } last(); }")
    (branch,) = [block.terminator for block in body.blocks if block.terminator.kind == "cfg"]
    assert branch.labels == ("a", "not(a)")
    assert [call.cfg for call in operations(body, "call")] == ["a", ""]


@pytest.mark.parametrize(
    "arguments",
    ['target: "a::b", x.y = n, "text {}", m', "%n, field = ?m", 'target: "t", n, name = %m', '"{n} {m:?}"'],
)
def test_fields_of_log_macros_are_read(arguments: str) -> None:
    body = lower(f"fn f(n: N, m: M) {{ tracing::trace!({arguments}); }}")
    (operation,) = operations(body, "format")
    names = [body.locals[o.place.local].name for o in operation.operands if o.place is not None]
    assert (names, {o.mode for o in operation.operands}) == (["n", "m"], {"read"})
