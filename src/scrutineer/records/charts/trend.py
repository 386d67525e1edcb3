"""Fixes per mainline release."""

from __future__ import annotations

from scrutineer.records.answer import Answer
from scrutineer.records.charts.parts import (
    NAMES,
    Spec,
    category,
    language_colour,
    layer,
    number,
    plain_number,
)
from scrutineer.records.charts.render import chart


def draw(answer: Answer) -> Spec:
    """One panel per language, each with its own axis."""
    rows = [
        {"release": row[0], "language": NAMES[str(row[2])], "fixed": row[6], "low": row[7], "high": row[8]}
        for row in answer.tables[0].rows
    ]
    rust, c = (
        sum(plain_number(row["fixed"]) for row in rows if row["language"] == name) for name in ("Rust", "C")
    )
    x: Spec = {
        "field": "release",
        "type": "ordinal",
        "sort": None,
        "axis": {"title": "mainline release with the fix", "labelAngle": -45},
    }
    panel: Spec = {
        "width": 900,
        "height": 190,
        "layer": [
            layer(
                "bar",
                {"x": x, "y": number("fixed", title="CVEs"), "color": language_colour(legend=None)},
                size=22,
                opacity=0.85,
            ),
            layer("rule", {"x": x, "y": number("low"), "y2": {"field": "high"}}, strokeWidth=1.5),
        ],
    }
    header = {"labelOrient": "top", "labelAnchor": "start", "labelPadding": 4}
    body: Spec = {
        "data": {"values": rows},
        "facet": {"row": category("language", title=None, header=header) | {"sort": ["C", "Rust"]}},
        "spec": panel,
        "resolve": {"scale": {"y": "independent"}},
    }
    note = [
        (
            f"n = {c:,.0f} CVEs of C and {rust:,.0f} of Rust code fixed in these releases. Lines: exact 95 % Poisson "
            "intervals of each count. The two panels have different axes."
        ),
        f"Counts are not rates, and follow how much is searched. Kernel records to {answer.snapshot}.",
    ]
    return chart("CVEs fixed per mainline release", note, body)
