"""How long bugs live, as curves."""

from __future__ import annotations

from scrutineer.records.answer import Answer
from scrutineer.records.charts.parts import RUST, C, Spec, category, layer, number, plain_number
from scrutineer.records.charts.render import chart

_YEARS = 6
_COLOURS = [RUST, C, "#6b9bc3", "#9aa4af"]


def draw(answer: Answer) -> Spec:
    """Kaplan-Meier curves with their bands, to six years."""
    rows = _points(answer)
    groups = list(dict.fromkeys(str(row["group"]) for row in rows))
    scale = {
        "domain": groups,
        "range": _COLOURS[-len(groups) :] if len(groups) == 1 else _COLOURS[: len(groups)],
    }
    legend = {
        "orient": "bottom",
        "columns": 1,
        "symbolType": "stroke",
        "symbolStrokeWidth": 4,
        "symbolSize": 500,
    }
    colour = category("group", title=None, scale=scale, legend=legend)
    axis = {"tickCount": _YEARS, "format": "d"}
    x = number("years", title="years since the introducing release", scale={"domain": [0, _YEARS]}, axis=axis)
    share = number("share", title="share of found bugs still there", axis={"format": ".0%"})
    stairs = {"interpolate": "step-after", "clip": True}
    body: Spec = {
        "width": 900,
        "height": 360,
        "data": {"values": rows},
        "layer": [
            layer("line", {"x": x, "y": share, "color": colour}, strokeWidth=2.5, **stairs),
            layer(
                "area",
                {
                    "x": x,
                    "y": number("low"),
                    "y2": {"field": "high"},
                    "fill": category("group", scale=scale, legend=None),
                },
                opacity=0.15,
                **stairs,
            ),
        ],
    }
    note = [
        (
            "Kaplan-Meier estimate with 95 % bands, from the introducing to the fixing mainline release. Only found bugs "
            "have records: the younger the code, the shorter the lives. Compare languages only within the same releases."
        ),
        f"n below, per curve. Kernel records to {answer.snapshot}.",
    ]
    return chart("How long a bug lives before it is fixed", note, body)


def _points(answer: Answer) -> list[Spec]:
    """Every step within the axis, each curve starting at 100 %; the groups' names carry their n."""
    names = {row[0]: f"{_capital(str(row[0]))} (n = {row[1]:,})" for row in answer.tables[0].rows}
    starts = [{"group": name, "years": 0.0, "share": 1.0, "low": 1.0, "high": 1.0} for name in names.values()]
    return starts + [
        {"group": names[row[0]], "years": row[1], "share": row[4], "low": row[5], "high": row[6]}
        for row in answer.tables[2].rows
        if plain_number(row[1]) <= _YEARS
    ]


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
