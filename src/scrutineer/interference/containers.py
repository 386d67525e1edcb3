"""What library functions do to containers: the table `containers.toml`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

Action = Literal["take", "pop", "push", "remove", "look", "drain"]


class Detaching(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Functions that move a whole content out of the first argument's place; `into`: to behind which argument."""

    functions: tuple[str, ...]
    into: int = 0


class Ring(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An intrusive list of a library, its methods by what they do."""

    type: str
    contract: str
    pop: tuple[str, ...] = ()
    push: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    look: tuple[str, ...] = ()

    def action(self, path: str) -> Action | None:
        """What a method does."""
        if path in self.pop:
            return "pop"
        if path in self.push:
            return "push"
        if path in self.remove:
            return "remove"
        return "look" if path in self.look else None


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that `containers.toml` says."""

    detaches: tuple[Detaching, ...]
    ring: tuple[Ring, ...]


@cache
def table() -> Table:
    """The table, read on first use."""
    return msgspec.toml.decode((files(__package__) / "containers.toml").read_bytes(), type=Table)


@cache
def detaching() -> dict[str, Detaching]:
    """Detaching functions by path."""
    return {path: entry for entry in table().detaches for path in entry.functions}


@cache
def rings() -> dict[str, Ring]:
    """Intrusive lists by type."""
    return {entry.type: entry for entry in table().ring}
