"""The scenario of more Rust among the new code."""

from __future__ import annotations

from scrutineer.records.answer import Answer
from scrutineer.records.charts.parts import RUST, Spec, layer, number
from scrutineer.records.charts.render import chart


def draw(answer: Answer) -> Spec:
    """CVEs per year against Rust's share of new code, with the band of Rust's rate."""
    rows = [{"share": row[0], "cves": row[1], "low": row[2], "high": row[3]} for row in answer.tables[0].rows]
    base = answer.comparisons[0]
    axis = {"format": ".0%", "title": "Rust's share of the lines added", "tickCount": 5}
    x = number("share", axis=axis)
    cves = number("cves", title="CVEs that come in per year")
    body: Spec = {
        "width": 900,
        "height": 340,
        "data": {"values": rows},
        "layer": [
            layer("area", {"x": x, "y": number("low"), "y2": {"field": "high"}}, color=RUST, opacity=0.18),
            layer("line", {"x": x, "y": cves}, color=RUST, strokeWidth=3, point={"size": 80, "color": RUST}),
        ],
    }
    note = [
        (
            f"SCENARIO, not a forecast: rates of the cohort (n = {base.rust.count} CVEs in {base.rust.exposure:,.0f} lines of "
            f"Rust, {base.c.count:,} in {base.c.exposure:,.0f} of C), held constant. Band: Rust's rate within its 95 % "
            "interval, widened for clustering."
        ),
        (
            "Assumes that new Rust is like the Rust there is. Whether Rust's rate differs from C's in the cohort: "
            f"{base.strength}. Kernel records to {answer.snapshot}."
        ),
    ]
    return chart("Scenario: if more of the new code were Rust", note, body)
