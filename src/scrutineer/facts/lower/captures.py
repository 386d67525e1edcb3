"""What a closure captures: the paths that its body uses, and how.

After edition 2021's disjoint captures: each captured variable's paths are cut at the first dereference or index;
one that is a prefix of another covers it. Earlier editions capture whole variables. A variable that is only named by
`let _ = x` is not captured.
"""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.facts.lower.state import Builder
from scrutineer.model.body import Capture, Mode, Operation, Place

_STRENGTH: dict[Mode, int] = {"constant": 0, "read": 1, "receiver": 2, "write": 3, "use": 4}
_CUTS = ("*", "[", "@")


def captures_of(builder: Builder, *, by_move: bool) -> tuple[Capture, ...]:
    """Captures in the order in which the variables are first named; a `move` closure takes all by value."""
    disjoint = builder.context.edition >= 2021
    outer = {local: place for place, local in builder.captures.items()}
    paths: dict[int, dict[tuple[str, ...], Mode]] = {local: {} for local in outer}
    for place, mode in _uses(builder):
        if place.local in paths and place.local >= 0:
            steps, mode_here = _cut(place.steps if disjoint else (), mode)
            modes = paths[place.local]
            known = modes.get(steps, "constant")
            if _STRENGTH[mode_here] > _STRENGTH[known]:
                modes[steps] = mode_here
    return tuple(
        Capture(local, Place(place.local, place.steps + steps, place.static), "use" if by_move else mode)
        for local, place in outer.items()
        for steps, mode in _disjoint(paths[local])
    )


def _cut(steps: tuple[str, ...], mode: Mode) -> tuple[tuple[str, ...], Mode]:
    for at, step in enumerate(steps):
        if step[0] in _CUTS:
            return steps[:at], "read" if mode == "use" and step[0] != "@" else mode
    return steps, mode


def _disjoint(modes: dict[tuple[str, ...], Mode]) -> list[tuple[tuple[str, ...], Mode]]:
    found: dict[tuple[str, ...], Mode] = {}
    for steps, mode in sorted(modes.items(), key=lambda item: len(item[0])):
        cover = next((each for each in found if steps[: len(each)] == each), None)
        if cover is None:
            found[steps] = mode
        elif _STRENGTH[mode] > _STRENGTH[found[cover]]:
            found[cover] = mode
    return list(found.items())


def _uses(builder: Builder) -> Iterator[tuple[Place, Mode]]:
    for draft in builder.drafts:
        for operation in draft.operations:
            yield from _uses_of(operation)
        condition = draft.condition
        if condition is not None and condition.place is not None:
            yield condition.place, condition.mode


def _uses_of(operation: Operation) -> Iterator[tuple[Place, Mode]]:
    if operation.kind in {"storage_dead", "match"}:
        return
    if operation.target is not None:
        yield operation.target, "write"
    for operand in operation.operands:
        if operand.place is not None:
            yield operand.place, operand.mode
            for step in operand.place.steps:
                if step.startswith("[_"):
                    yield Place(int(step[2:-1])), "read"
