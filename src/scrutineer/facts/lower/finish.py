"""From drafts to records: blocks that nothing leads to are left out, empty ones skipped, straight lines joined."""

from __future__ import annotations

from scrutineer.facts.lower.state import Builder, Draft
from scrutineer.model.body import Block, Scope, Terminator
from scrutineer.model.span import Span


def blocks_of(builder: Builder, whole: Span) -> tuple[Block, ...]:
    """The finished blocks, numbered from the entry in the order in which they were made."""
    drafts = builder.drafts
    forward = [_final(drafts, at) for at in range(len(drafts))]
    arrivals = [0] * len(drafts)
    arrivals[0] = 2
    kept: list[int] = []
    seen = {0}
    pending = [0]
    while pending:
        at = pending.pop()
        kept.append(at)
        draft = drafts[at]
        draft.targets = tuple([forward[target] for target in draft.targets])
        for target in draft.targets:
            arrivals[target] += 1
            if target not in seen:
                seen.add(target)
                pending.append(target)
    kept.sort()
    joined = _join(drafts, kept, arrivals)
    number = {at: new for new, at in enumerate(at for at in kept if at not in joined)}
    return tuple(
        [
            Block(
                tuple(drafts[at].operations),
                Terminator(
                    drafts[at].kind,
                    drafts[at].span or whole,
                    tuple([number[target] for target in drafts[at].targets]),
                    drafts[at].condition,
                    drafts[at].labels,
                ),
            )
            for at in number
        ]
    )


def _final(drafts: list[Draft], at: int) -> int:
    """Where control arrives after skipping empty blocks that only jump."""
    seen = {at}
    while True:
        draft = drafts[at]
        if draft.kind != "goto" or draft.operations or draft.targets[0] in seen:
            return at
        at = draft.targets[0]
        seen.add(at)


def _join(drafts: list[Draft], kept: list[int], arrivals: list[int]) -> set[int]:
    """Append to a block that jumps the one block that only it leads to; returns those appended."""
    joined: set[int] = set()
    for at in kept:
        if at in joined:
            continue
        draft = drafts[at]
        while draft.kind == "goto":
            target = draft.targets[0]
            if arrivals[target] != 1 or target == at:
                break
            following = drafts[target]
            draft.operations.extend(following.operations)
            draft.kind, draft.span = following.kind, following.span
            draft.targets, draft.condition = following.targets, following.condition
            draft.labels = following.labels
            joined.add(target)
    return joined


def scopes_of(builder: Builder) -> tuple[Scope, ...]:
    """The finished scopes."""
    return tuple(
        [
            Scope(parent, kind, span, tuple(order))
            for (parent, kind, span), order in zip(builder.scopes, builder.order, strict=True)
        ]
    )
