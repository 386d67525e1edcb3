"""Where the steps of a schedule stand in the source, line by line in the order of time."""

from __future__ import annotations

from scrutineer.explore.show.text import printable
from scrutineer.explore.verdict import ScheduleStep, Verdict


def places_text(verdict: Verdict) -> str:
    """One line per stretch of steps that one thread does at one line; empty where nothing was found."""
    stretches: list[tuple[str, list[ScheduleStep]]] = []
    for step in verdict.steps:
        if step.at is None or (step.private and step.done):
            continue
        place = f"T{step.thread} {step.at}"
        if not stretches or stretches[-1][0] != place:
            stretches.append((place, []))
        stretches[-1][1].append(step)
    if not stretches:
        return ""
    width = max(len(place) for place, _ in stretches)
    lines = [
        f"  {place.ljust(width)}  {'; '.join(step.message for step in steps)}" for place, steps in stretches
    ]
    return printable("\n".join(["", "in the source:", *lines])) + "\n"
