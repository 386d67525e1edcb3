"""One day's CVEs, one square each."""

from __future__ import annotations

from scrutineer.records.answer import Answer
from scrutineer.records.charts.parts import RUST, C, Spec, category, layer
from scrutineer.records.charts.render import chart
from scrutineer.records.statistics.exact import share_interval

_COLUMNS = 32
_GROUPS = {"rust": "Rust", "c": "C", "rejected since": "rejected since"}
_REST = "other"


def draw(answer: Answer) -> Spec:
    """A square per CVE first published that day, Rust's first."""
    counts = dict.fromkeys((*_GROUPS.values(), _REST), 0)
    for name, count in answer.tables[0].rows:
        counts[_GROUPS.get(str(name), _REST)] += count if isinstance(count, int) else 0
    squares = [name for name, count in counts.items() for _ in range(count)]
    rows = [{"group": name, "x": at % _COLUMNS, "y": at // _COLUMNS} for at, name in enumerate(squares)]
    shown = {name: f"{name}: {count}" for name, count in counts.items() if count}
    for row in rows:
        row["group"] = shown[str(row["group"])]
    colours = {"Rust": RUST, "C": C, "rejected since": "#c3c9d0", _REST: "#7d8590"}
    scale = {"domain": list(shown.values()), "range": [colours[name] for name in shown]}
    place: Spec = {
        "x": {"field": "x", "type": "ordinal", "axis": None},
        "y": {"field": "y", "type": "ordinal", "axis": None},
        "color": category(
            "group",
            title=None,
            scale=scale,
            legend={"orient": "bottom", "symbolType": "square", "symbolSize": 180},
        ),
    }
    total = len(rows)
    share = share_interval(counts["Rust"], total) if total else None
    bounds = f"{share.low:.2%} to {share.high or 0:.1%}" if share else "unknown"
    body: Spec = {
        "width": 900,
        "height": max(40, 28 * (-(-total // _COLUMNS))),
        "data": {"values": rows},
        "layer": [layer("square", place, size=420, opacity=1)],
    }
    rest = answer.says.split(";", 1)[1].strip()
    note = [
        f"{rest[:1].upper()}{rest[1:]} n = {total}; Rust's share: exact 95 % interval {bounds}.",
        f"Kernel records to {answer.snapshot}.",
    ]
    title = answer.says.split(";", 1)[0]
    return chart(title, note, body)
