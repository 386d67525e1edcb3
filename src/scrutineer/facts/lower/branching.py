"""`cfg_if!`, `cfg_select!` and their like inside bodies: a branch on predicates, each way with its own code."""

from __future__ import annotations

from scrutineer.facts.lower.expansion import Call
from scrutineer.facts.lower.expression import lower_into
from scrutineer.facts.lower.source import framed, span_of
from scrutineer.facts.lower.state import Builder, emit, goto, new_block, start, terminate
from scrutineer.model.body import Place
from scrutineer.syntax.conditional import Branch, branches


def lower_branches(builder: Builder, call: Call, target: Place | None) -> bool:
    """Lower a macro that only chooses among code by `cfg`; false if it is another, or makes no sense.

    The code of each branch has a scope of its own here: that names it declares are seen behind it is not known.
    """
    found = branches(call.path, b"{" + call.inside + b"}")
    if not found:
        return False
    span = span_of(builder, call.node)
    if not found[-1].otherwise:
        found.append(Branch(_none(found), 0, 0))
    ways = tuple(new_block(builder) for _ in found)
    after = new_block(builder)
    terminate(builder, "cfg", span, ways, None, tuple(branch.predicate for branch in found))
    outer = builder.cfg
    for way, branch in zip(ways, found, strict=True):
        start(builder, way)
        builder.cfg = branch.predicate if not outer else f"all({outer}, {branch.predicate})"
        _lower_branch(builder, call, branch, target)
        goto(builder, span, after)
    builder.cfg = outer
    start(builder, after)
    return True


def _none(found: list[Branch]) -> str:
    predicates = ", ".join(branch.predicate for branch in found)
    return f"not({predicates})" if len(found) == 1 else f"not(any({predicates}))"


def _lower_branch(builder: Builder, call: Call, branch: Branch, target: Place | None) -> None:
    """The code of one way, `{}` for one that is not written."""
    code = call.inside[branch.start - 1 : branch.end - 1] if branch.end else b""
    with framed(builder, b"", call.start + branch.start - 1, code, b"") as body:
        if body is None:
            emit(builder, "opaque", span_of(builder, call.node), target, (), call.path)
        else:
            lower_into(builder, body, target)
