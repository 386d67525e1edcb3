"""The base score of a CVSS 3.1 vector, by the formulas of the specification (first.org, section 7.1)."""

from __future__ import annotations

import math
import re

_WEIGHTS = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "UI": {"N": 0.85, "R": 0.62},
    "C": {"H": 0.56, "L": 0.22, "N": 0.0},
    "I": {"H": 0.56, "L": 0.22, "N": 0.0},
    "A": {"H": 0.56, "L": 0.22, "N": 0.0},
}
_PRIVILEGES = {"U": {"N": 0.85, "L": 0.62, "H": 0.27}, "C": {"N": 0.85, "L": 0.68, "H": 0.5}}
_VECTOR = re.compile(rb"CVSS:3\.[01]/[A-Z]{1,2}:[A-Z](?:/[A-Z]{1,3}:[A-Z])+")


def find_vector(text: bytes) -> str | None:
    """The first CVSS 3 vector in a `.cvss` file, whose remaining lines argue for it."""
    found = _VECTOR.search(text)
    return found.group().decode() if found else None


def base_score(vector: str) -> float | None:
    """0.0 to 10.0, or None when the vector lacks a base metric or is of another version."""
    if not vector.startswith("CVSS:3."):
        return None
    metrics = dict(part.split(":", 1) for part in vector.split("/")[1:] if ":" in part)
    try:
        weight = {name: table[metrics[name]] for name, table in _WEIGHTS.items()}
        changed = metrics["S"] == "C"
        privileges = _PRIVILEGES[metrics["S"]][metrics["PR"]]
    except KeyError:
        return None
    lost = 1 - (1 - weight["C"]) * (1 - weight["I"]) * (1 - weight["A"])
    impact = 7.52 * (lost - 0.029) - 3.25 * (lost - 0.02) ** 15 if changed else 6.42 * lost
    if impact <= 0:
        return 0.0
    reach = 8.22 * weight["AV"] * weight["AC"] * privileges * weight["UI"]
    return _round_up(min((impact + reach) * (1.08 if changed else 1.0), 10.0))


def _round_up(value: float) -> float:
    """One decimal, upwards, on integers as the specification asks (its appendix A)."""
    scaled = round(value * 100_000)
    return scaled / 100_000 if scaled % 10_000 == 0 else (math.floor(scaled / 10_000) + 1) / 10
