"""Output formats, found by the names of their modules: `format_x.py` renders `--format x`."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

from scrutineer.model.finding import Report
from scrutineer.report.rendering import Rendering

_PREFIX = "format_"


def format_names() -> list[str]:
    """Every format, sorted."""
    modules = pkgutil.iter_modules([str(Path(__file__).parent)])
    return sorted(m.name.removeprefix(_PREFIX) for m in modules if m.name.startswith(_PREFIX))


def render(name: str, report: Report, rendering: Rendering) -> str:
    """The report in that format, ending in a line break. Raises KeyError for an unknown format."""
    if name not in format_names():
        raise KeyError(name)
    text: str = importlib.import_module(f"scrutineer.report.{_PREFIX}{name}").render(report, rendering)
    return text
