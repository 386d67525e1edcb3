"""The kernel's `.dyad` files: which commit of which release introduced a bug, and which one fixed it.

A line is `introduced release:commit:fixed release:commit`, one per branch; `0` stands for unknown or never.
"""

from __future__ import annotations

import msgspec

from scrutineer.records.releases import is_mainline, release_key


class Pair(msgspec.Struct, frozen=True):
    """One affected stretch of history; None where the record does not know or no fix exists."""

    introduced_in: str | None
    introduced_by: str | None
    fixed_in: str | None
    fixed_by: str | None


class Span(msgspec.Struct, frozen=True):
    """A bug's life in mainline: the release that first had it and the one that no longer has it."""

    introduced: str | None
    fixed: str | None


def parse_dyad(text: str) -> tuple[Pair, ...]:
    """Read every pair; raises ValueError, naming the line, for one that has not four fields."""
    pairs = []
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        fields = line.strip().split(":")
        if len(fields) != 4:
            raise ValueError(f"dyad line is not four fields: {line[:80]!r}")
        pairs.append(Pair(*(None if field in ("0", "") else field for field in fields)))
    return tuple(pairs)


def mainline_span(pairs: tuple[Pair, ...]) -> Span:
    """The mainline stretch; of several, from the earliest introduction to the latest fix.

    A bug is over when its last part is: records that name several fixing commits name parts of one fix.
    """
    starts = [pair.introduced_in for pair in pairs if pair.introduced_in and is_mainline(pair.introduced_in)]
    ends = [pair.fixed_in for pair in pairs if pair.fixed_in and is_mainline(pair.fixed_in)]
    return Span(
        introduced=min(starts, key=release_key) if starts else None,
        fixed=max(ends, key=release_key) if ends else None,
    )
