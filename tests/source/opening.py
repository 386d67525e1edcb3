"""Open a target and take its record out, for tests that do not read files."""

from __future__ import annotations

from pathlib import Path

from scrutineer.model.target import CrateUnit, Target
from scrutineer.source.locate import opened
from scrutineer.source.survey import Settings


def open_target(word: str | Path, settings: Settings = Settings(), revision: str = "") -> Target:  # noqa: B008 - frozen
    with opened(str(word), settings, revision) as target:
        return target.target


def crate(target: Target, name: str) -> CrateUnit:
    (found,) = [unit for unit in target.crates if unit.name == name]
    return found


def marks(target: Target) -> dict[str, str]:
    return {file.path: file.mark for file in target.files}
