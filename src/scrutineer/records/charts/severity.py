"""Shares of high scores."""

from __future__ import annotations

from scrutineer.records.answer import Answer
from scrutineer.records.charts.parts import NAMES, Spec, category, language_colour, layer, number
from scrutineer.records.charts.render import chart


def draw(answer: Answer) -> Spec:
    """Each share with its exact interval; both languages on one axis."""
    rows = [
        {
            "language": NAMES[str(row[0])],
            "share": row[1],
            "value": row[4],
            "low": row[5],
            "high": row[6],
            "n": f"{row[2]:,} of {row[3]:,}",
        }
        for row in answer.tables[0].rows
        if row[4] is not None
    ]
    place: Spec = {
        "y": category("share", title=None, axis={"labelFontSize": 15}),
        "yOffset": {"field": "language", "sort": ["Rust", "C"]},
        "color": language_colour(title=None, legend={"orient": "top"}),
    }
    axis = {"format": ".0%", "title": "share of the language's records", "tickCount": 5}
    shared: Spec = {"scale": {"domain": [0, 1]}, "axis": axis}
    body: Spec = {
        "width": 760,
        "height": 270,
        "data": {"values": rows},
        "layer": [
            layer("rule", {**place, "x": number("low", **shared), "x2": {"field": "high"}}, strokeWidth=5),
            layer(
                "point",
                {**place, "x": number("value", **shared)},
                filled=True,
                size=150,
                opacity=1,
                stroke="white",
            ),
            layer("text", {**place, "x": {"value": 775}, "text": {"field": "n"}}, align="left", fontSize=13),
        ],
    }
    note = [
        (
            "Exact 95 % intervals; n at the right. Scores exist for a third of the records, were added afterwards and are "
            "nearly all 7 or more: a mean would measure the scoring, not the bugs."
        ),
        f"Kernel records to {answer.snapshot}.",
    ]
    return chart(answer.says.split(" (")[0].rstrip("."), note, body)
