"""Ratios side by side, each with its intervals and with what random new C code gives."""

from __future__ import annotations

from collections.abc import Sequence

from scrutineer.records.answer import Answer
from scrutineer.records.charts.parts import GREY, INK, RUST, SOFT, C, Spec, category, layer, number, once
from scrutineer.records.charts.render import chart
from scrutineer.records.comparison import Comparison
from scrutineer.records.phrases import number_text, one_of

_LOW, _HIGH = 0.01, 100.0
_ROW = 46
_RATIO_AT, _COUNT_AT, _VERDICT_AT = 670, 780, 800
_NOTE = (
    "Point: CVE rate of Rust over that of C. Thick: exact 95 % interval. Thin: widened for clustering. "
    "Grey: random new C code of the same size, central 95 %."
)


def draw(answer: Answer) -> Spec:
    """One row per comparison, on a logarithmic axis from 1/100 to 100; what lies beyond is cut at the edge."""
    ordered = list(answer.comparisons)
    if answer.question == "headline":
        ordered.sort(key=lambda one: one.ratio or 0.0)
    same_unit = len({one.unit for one in ordered}) == 1
    rows = [_row(at, one, same_unit) for at, one in enumerate(ordered)]
    body: Spec = {
        "width": 620,
        "height": _ROW * len(rows),
        "data": {"values": rows},
        "encoding": {"y": {"field": "at", "type": "ordinal", "axis": None}},
        "layer": [
            layer("bar", _span("placebo_low", "placebo_high"), color=GREY, height=26),
            once("rule", {"x": {"datum": 1}, "y": None}, color=INK, strokeDash=[5, 4]),
            layer("rule", {**_span("wide_low", "wide_high"), **_colour()}, strokeWidth=1.6),
            layer("rule", {**_span("low", "high"), **_colour()}, strokeWidth=5),
            layer("point", {"x": _x("ratio"), **_colour()}, filled=True, size=150, stroke="white", opacity=1),
            *_texts(),
            *_headings("" if same_unit else "divided by"),
        ],
    }
    return chart(_title(answer), [_NOTE, _counted(ordered, answer.snapshot)], body)


def _title(answer: Answer) -> str:
    """What the answer's first sentence claims, without its details."""
    says = answer.says.split(". To tell ", 1)[0]
    if answer.question == "headline" and "changes sign" in says:
        return says.split(" - ", 1)[0]
    return says.split(" (Rust over C", 1)[0].rstrip(".")


def _row(at: int, one: Comparison, same_unit: bool) -> Spec:
    head, _, rest = one.label.rpartition("; ")
    unit = f"per {one_of(one.unit)}"
    placebo = one.placebo_ratio
    return {
        "at": at,
        "name": head if same_unit and head else unit,
        "label": f"{unit}; {rest}" if same_unit and head else one.label,
        "ratio": _cut(one.ratio),
        "low": _cut(one.exact.low),
        "high": _cut(one.exact.high),
        "wide_low": _cut(one.widened.low),
        "wide_high": _cut(one.widened.high),
        "placebo_low": _cut(placebo.low) if placebo else None,
        "placebo_high": _cut(placebo.high) if placebo else None,
        "direction": one.direction,
        "count": f"{one.rust.count:,} : {one.c.count:,}",
        "shown": "-" if one.ratio is None else number_text(one.ratio),
        "verdict": str(one.strength),
    }


def _cut(value: float | None) -> float:
    return _HIGH if value is None else min(max(value, _LOW), _HIGH)


def _counted(comparisons: Sequence[Comparison], snapshot: str | None) -> str:
    ends = [
        (min(counts), max(counts))
        for counts in ([one.rust.count for one in comparisons], [one.c.count for one in comparisons])
    ]
    rust, c = (f"{low:,}" if low == high else f"{low:,} to {high:,}" for low, high in ends)
    dated = f" Kernel records to {snapshot}." if snapshot else ""
    return f"n = {rust} CVEs of Rust code, {c} of C; per row at the right.{dated}"


def _x(field: str) -> Spec:
    axis = {
        "title": "Rust has fewer   ←   ratio of rates   →   Rust has more",
        "values": [_LOW, 0.1, 0.25, 0.5, 1, 2, 4, 10, _HIGH],
        "format": "~g",
    }
    return number(field, scale={"type": "log", "domain": [_LOW, _HIGH]}, axis=axis)


def _span(low: str, high: str) -> Spec:
    return {"x": _x(low), "x2": {"field": high}}


def _colour() -> Spec:
    scale = {"domain": ["fewer", "more", "equal"], "range": [C, RUST, INK]}
    return {"color": category("direction", scale=scale, legend=None)}


def _texts() -> list[Spec]:
    """What was divided by what (left); ratio, counts and verdict (right)."""
    columns = (
        ("name", -12, "right", 15, INK, -8),
        ("label", -12, "right", 11.5, SOFT, 10),
        ("shown", _RATIO_AT, "right", 15, INK, 0),
        ("count", _COUNT_AT, "right", 13, SOFT, 0),
        ("verdict", _VERDICT_AT, "left", 13, INK, 0),
    )
    return [
        layer(
            "text",
            {"text": {"field": field}, "x": {"value": at}},
            align=align,
            fontSize=size,
            color=colour,
            dy=shift,
        )
        for field, at, align, size, colour, shift in columns
    ]


def _headings(first: str) -> list[Spec]:
    columns = (
        (first, -12, "right"),
        ("ratio", _RATIO_AT, "right"),
        ("CVEs, Rust : C", _COUNT_AT, "right"),
        ("verdict", _VERDICT_AT, "left"),
    )
    return [
        once(
            "text", {"x": {"value": at}, "y": {"value": -12}}, align=align, fontSize=12, color=SOFT, text=text
        )
        for text, at, align in columns
    ]
