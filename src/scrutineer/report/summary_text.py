"""What a function does to the places of its caller, in a line for each kind of effect."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.model.body import Place
from scrutineer.model.summary import Summary


def summary_lines(summary: Summary) -> Iterator[str]:
    """Lines of a summary; of what does not happen there is none."""
    if not summary.known:
        yield "    caller: may see anything, a callee is not known"
    if summary.user_code:
        yield "    caller: runs code that the crate does not control"
    for what, places in (
        ("writes", summary.writes),
        ("moves out", summary.moves),
        ("drops", summary.drops),
        ("gives back the guard", summary.guards_dropped),
        ("lets escape", summary.escapes),
    ):
        if places:
            yield f"    caller: {what} {', '.join(map(_named, places))}"
    if summary.returns_guard:
        yield "    caller: gets a guard"


def _named(place: Place) -> str:
    start = place.static or f"_{place.local}"
    return start + "".join("[..]" if step == "[" else step for step in place.steps)
