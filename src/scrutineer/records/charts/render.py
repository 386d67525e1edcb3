"""Specification → SVG or PNG, and the look that all charts share."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path

from scrutineer.records.charts.parts import INK, SOFT, Spec
from scrutineer.records.errors import RecordsError

_CONFIG: Spec = {
    "font": "Liberation Sans, Arial, sans-serif",
    "background": "white",
    "view": {"stroke": None},
    "axis": {"labelFontSize": 14, "titleFontSize": 14, "labelColor": INK, "titleColor": INK, "titleFontWeight": "normal",
             "gridColor": "#eceff2", "domainColor": "#9aa4af", "tickColor": "#9aa4af", "labelLimit": 520},
    "title": {"anchor": "start", "fontSize": 21, "color": INK, "subtitleFontSize": 14, "subtitleColor": SOFT,
              "offset": 16, "subtitlePadding": 8, "subtitleLineHeight": 19, "lineHeight": 26, "frame": "bounds"},
    "legend": {"labelFontSize": 14, "titleFontSize": 14, "labelLimit": 420},
    "header": {"labelFontSize": 15, "labelFontWeight": "bold", "labelColor": INK},
}  # fmt: skip
_SCALE = 2.0
"""Pixels per point of a PNG: sharp on a projector."""


def chart(title: str, subtitle: list[str], body: Spec) -> Spec:
    """A complete specification; the subtitle must state n and what the intervals are."""
    lines = [line for text in subtitle for line in textwrap.wrap(text, 118)]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "title": {"text": textwrap.wrap(title, 78), "subtitle": lines},
        "padding": 22,
        "config": _CONFIG,
        **body,
    }


def write_chart(spec: Spec, path: Path) -> None:
    """Write `.svg` or `.png`; raises RecordsError for another ending, or without the `charts` extra."""
    if path.suffix not in (".svg", ".png"):
        raise RecordsError(f"{path}: a chart is written as .svg or .png")
    try:
        import vl_convert  # noqa: PLC0415 - 88 MB that only charts pay for
    except ImportError as error:
        raise RecordsError("charts need vl-convert: install `scrutineer[charts]`") from error
    text = json.dumps(spec)
    if path.suffix == ".svg":
        path.write_text(vl_convert.vegalite_to_svg(text), encoding="utf-8")
    else:
        path.write_bytes(vl_convert.vegalite_to_png(text, scale=_SCALE))
