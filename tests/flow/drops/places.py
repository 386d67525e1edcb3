"""Memory of one activation, and places in it."""

from __future__ import annotations

from typing import Any

from values import MISSING, Alias, Boxed, Cell, Noisy, Record, Ref

from scrutineer.model.body import Body, Place


class Memory:
    """The locals of an activation."""

    def __init__(self, body: Body) -> None:
        self.locals: list[Any] = [MISSING] * len(body.locals)

    def capture(self, local: int, steps: tuple[str, ...], value: Any) -> None:
        """Put a captured value where the closure's body looks for it."""
        if not steps:
            self.locals[local] = value
            return
        if self.locals[local] is MISSING:
            self.locals[local] = Record("captured", {})
        holder = self.locals[local]
        for step in steps[:-1]:
            holder = holder.fields.setdefault(step[1:], Record("captured", {}))
        holder.fields[steps[-1][1:]] = value

    def captured(self, local: int, steps: tuple[str, ...]) -> Any:
        """What is left of a captured value."""
        value = self.locals[local]
        for step in steps:
            value = value.fields[step[1:]]
        return value

    def find(self, place: Place, *, create: bool = False) -> tuple[Cell, bool]:
        """The location of a place, and whether a pattern went through a reference to get there."""
        if place.local < 0:
            return Cell([Record(place.static.rpartition("::")[2], {})], 0), False
        cell = _through(Cell(self.locals, place.local))
        through = False
        for step in place.steps:
            if step[0] == "@" or step[0] == "." or step.startswith("["):
                while isinstance(cell.get(), Ref):
                    cell, through = cell.get().cell, True
                while step[0] == "." and isinstance(cell.get(), Boxed):
                    cell = Cell(cell.get().cell, 0)
            if step == "*":
                value = cell.get()
                cell = value.cell if isinstance(value, Ref) else Cell(value.cell, 0)
                through = False
            elif step[0] == ".":
                cell = _field(cell, step[1:], create=create)
            elif step[0] == "[":
                cell = self._element(cell, step[1:-1])
            cell = _through(cell)
        return cell, through

    def _element(self, cell: Cell, index: str) -> Cell:
        holder = cell.get()
        if index.startswith("_"):
            at = self.locals[int(index[1:])]
            if isinstance(at, Record):
                return Cell([holder[at.fields.get("start", 0) : at.fields.get("end")]], 0)
            return Cell(holder, at)
        if index == "..":
            return Cell([holder], 0)
        if index.startswith(":"):
            return Cell(holder, len(holder) - int(index[1:]))
        return Cell(holder, int(index.rstrip(":")))


def _through(cell: Cell) -> Cell:
    while isinstance(value := cell.get(), Alias):
        cell = value.cell
    return cell


def _field(cell: Cell, name: str, *, create: bool) -> Cell:
    record = cell.get()
    if isinstance(record, Noisy):
        return Cell([record.number], 0)
    if record is MISSING and create:
        return Cell({name: MISSING}, name)
    if name.startswith("-"):
        name = list(record.fields)[int(name)]
    return Cell(record.fields, name)
