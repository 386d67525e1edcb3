"""JSON: the report's own records, field for field; `docs/schema.json` describes them."""

from __future__ import annotations

import msgspec

from scrutineer.model.finding import Report
from scrutineer.report.rendering import Rendering


def render(report: Report, rendering: Rendering) -> str:
    """The report as one JSON object."""
    del rendering
    return msgspec.json.format(msgspec.json.encode(report), indent=1).decode() + "\n"


def schema() -> bytes:
    """JSON schema of that object, as published."""
    described = msgspec.json.schema(Report)
    described["title"] = "Report of scrutineer audit --format json"
    return msgspec.json.format(msgspec.json.encode(described, order="sorted"), indent=1) + b"\n"
