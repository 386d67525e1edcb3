"""What a rule sees: one crate with everything that the rooms below know of it, each built when asked for."""

from __future__ import annotations

from scrutineer.rules.crate_files import CrateFiles


class Unit(CrateFiles):
    """One crate: its files, and the answers of other rooms about it.

    To hand rules another room's answer, add a cached property that asks that room.
    """
