"""Mainline releases: their order, and the day each came out."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from functools import cache
from importlib import resources

_MAINLINE = re.compile(r"2\.6\.\d+|[3-9]\.\d+|[1-9]\d\.\d+")


def is_mainline(release: str) -> bool:
    """Whether this names a release of the main line: `6.18`, or `2.6.32`; not the stable `6.18.5`."""
    return _MAINLINE.fullmatch(release) is not None


def release_key(release: str) -> tuple[int, ...]:
    """Sort key: numeric, part by part."""
    return tuple(int(part) for part in re.findall(r"\d+", release))


def mainline_of(release: str) -> str:
    """The main line release that a stable one belongs to: `6.18.5` → `6.18`."""
    parts = release.split(".")
    return ".".join(parts[: 3 if release.startswith("2.6.") else 2])


@cache
def release_dates() -> dict[str, date]:
    """The day of each mainline release that the table knows, oldest first."""
    text = resources.files("scrutineer.records").joinpath("releases.toml").read_text(encoding="utf-8")
    return {name: day for name, day in tomllib.loads(text)["released"].items() if isinstance(day, date)}


def release_order(extra: tuple[str, ...] = ()) -> tuple[str, ...]:
    """All known mainline releases, and those of `extra`, oldest first."""
    return tuple(sorted({*release_dates(), *extra}, key=release_key))


def date_of(release: str, snapshot: date) -> date:
    """When a release came out; one that the table does not know yet is taken to be as old as the snapshot."""
    return min(release_dates().get(mainline_of(release), snapshot), snapshot)
