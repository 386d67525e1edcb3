"""The inventory as rows: counts per crate, module, subsystem or file, each file counted once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

import msgspec

from scrutineer.model.file import Inventory, total
from scrutineer.model.paths import module_path
from scrutineer.model.target import CrateUnit

Grouping = Literal["crate", "module", "subsystem", "file"]
_SUBSYSTEM_STEPS = 2  # `drivers/gpu`, `rust/kernel`, `src/net`


class Counted(msgspec.Struct, frozen=True):
    """One file, the crate that it is counted for (None: nothing reaches it), and its counts."""

    path: str
    crate: CrateUnit | None
    inventory: Inventory


class Row(msgspec.Struct, frozen=True):
    """Counts of one group. `kind` is the crate's, where a crate is the group."""

    name: str
    kind: str
    files: int
    inventory: Inventory

    @property
    def documented(self) -> float | None:
        """Share of unsafe blocks that have a safety comment, 0 to 1; None where there are none."""
        blocks = self.inventory.unsafe_blocks
        return self.inventory.documented_blocks / blocks if blocks else None


def rows(files: Iterable[Counted], by: Grouping) -> tuple[Row, ...]:
    """One row per group, those with most unsafe blocks first."""
    groups: dict[tuple[str, str], list[Counted]] = {}
    for file in files:
        groups.setdefault(_GROUP[by](file), []).append(file)
    found = (
        Row(name, kind, len(members), total(member.inventory for member in members))
        for (name, kind), members in groups.items()
    )
    return tuple(sorted(found, key=lambda row: (-row.inventory.unsafe_blocks, row.name, row.kind)))


def _crate(file: Counted) -> tuple[str, str]:
    if file.crate is None or file.crate.kind == "loose":
        return "(reached by no crate)", "loose"
    return file.crate.name, file.crate.kind


def _module(file: Counted) -> tuple[str, str]:
    if file.crate is None or not file.crate.root:
        return file.path, "loose"
    return module_path(file.crate, file.path), file.crate.kind


def _subsystem(file: Counted) -> tuple[str, str]:
    steps = file.path.split("/")[:-1]
    return "/".join(steps[:_SUBSYSTEM_STEPS]) or ".", ""


_GROUP: dict[Grouping, Callable[[Counted], tuple[str, str]]] = {
    "crate": _crate,
    "module": _module,
    "subsystem": _subsystem,
    "file": lambda file: (file.path, ""),
}
