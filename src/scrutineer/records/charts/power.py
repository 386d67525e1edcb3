"""How many CVEs would decide."""

from __future__ import annotations

from scrutineer.records.answer import Answer
from scrutineer.records.charts.parts import INK, RUST, Spec, category, layer, number, once, plain_number
from scrutineer.records.charts.render import chart
from scrutineer.records.phrases import interval_text

_CLUSTERED, _SINGLE = "with clustering", "if bugs came one by one (Poisson)"


def draw(answer: Answer) -> Spec:
    """Expected CVEs that would tell a true ratio from 1, and how many there are."""
    table = answer.tables[0].rows
    rows = [
        {"ratio": row[0], "cves": row[at], "kind": kind}
        for row in table
        for at, kind in ((2, _CLUSTERED), (1, _SINGLE))
        if row[at] is not None
    ]
    one = answer.comparisons[0]
    now = plain_number(table[0][4])
    x: Spec = {
        "field": "ratio",
        "type": "ordinal",
        "axis": {"title": "true ratio of Rust's rate to C's", "labelAngle": 0},
    }
    axis = {"values": [1, 3, 10, 30, 100, 300, 1000]}
    y = number("cves", scale={"type": "log"}, title="CVEs to expect at C's rate", axis=axis)
    scale = {"domain": [_CLUSTERED, _SINGLE], "range": [RUST, "#9aa4af"]}
    colour = category("kind", title=None, scale=scale, legend={"orient": "top"})
    label = f"Rust's code today: {now:.1f} expected, {one.rust.count} seen"
    body: Spec = {
        "width": 900,
        "height": 340,
        "data": {"values": rows},
        "layer": [
            layer("point", {"x": x, "y": y, "color": colour}, filled=True, size=190, opacity=1),
            once("rule", {"y": {"datum": now}}, strokeDash=[5, 4], color=INK),
            once(
                "text", {"y": {"datum": now}, "x": {"value": 470}}, dy=14, fontSize=14, color=INK, text=label
            ),
        ],
    }
    note = [
        (
            f"80 % power, exact two-sided test at 5 %. n = {one.rust.count} CVEs of Rust code against {one.c.count:,} of C; "
            f"{one.label}. Rust per million {one.unit}: {one.rust.rate:.0f}, exact 95 % interval "
            f"{interval_text(one.rust.exact)}."
        ),
        f"Kernel records to {answer.snapshot}.",
    ]
    return chart("How many CVEs would decide", note, body)
