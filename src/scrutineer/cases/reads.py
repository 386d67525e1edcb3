"""Which fields an operation's obligations read: those on the way to its operands."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scrutineer.cases.located import SiteAt
from scrutineer.flow.function import FunctionFlow
from scrutineer.model.body import Operand, Place
from scrutineer.program.entries import TypeEntry
from scrutineer.program.paths import canonical_path


class FieldRead(msgspec.Struct, frozen=True, order=True):
    """A field of a type of this crate."""

    owner: str
    field: str

    def __str__(self) -> str:
        """Write it as a reviewer does: `Node.death_list`."""
        return f"{self.owner.rpartition('::')[2]}.{self.field}"


def fields_read(at: SiteAt) -> list[FieldRead]:
    """Fields that the operands of a site are computed of, in the order in which they are found, each once."""
    found: dict[FieldRead, None] = {}
    for operand in _operands(at):
        for part in at.flow.sources.parts(operand):
            if part.place is not None:
                found.update(dict.fromkeys(fields_of_place(at.flow, part.place)))
    return list(found)


def answers_trusted(at: SiteAt) -> list[int]:
    """Methods of this crate's trait impls that the operands of a site are computed with: `len`, `next`, `deref`."""
    flow = at.flow
    found: dict[int, None] = {}
    todo = [each.place.local for each in _operands(at) if each.place is not None]
    seen = set[int]()
    while todo:
        local = todo.pop()
        if local in seen or local < 0:
            continue
        seen.add(local)
        for operation in flow.sources.setters(local):
            todo += [each.place.local for each in operation.operands if each.place is not None]
            point = flow.point_of(operation)
            target = flow.target(point) if operation.kind == "call" and point is not None else None
            if target is not None and target.kind == "resolved" and target.crate == flow.program.root:
                entry = flow.program.functions[target.function]
                if entry.item.impl_ >= 0 and flow.program.resolver.scope_of(entry).trait:
                    found[target.function] = None
    return list(found)


def _operands(at: SiteAt) -> list[Operand]:
    """What goes in; of a dereference only the pointer."""
    pointer = at.pointer if at.site.kind_is("deref", "union", "static") else None
    return [Operand("read", pointer)] if pointer is not None else list(at.operation.operands)


def fields_of_place(flow: FunctionFlow, place: Place) -> Iterator[FieldRead]:
    """The fields that a place leads through, with the types of this crate that declare them."""
    for length, step in enumerate(place.steps):
        if step[0] != ".":
            continue
        before = flow.type_of(Place(place.local, place.steps[:length], place.static))
        for seen in flow.answers.steps.chain(before, pointers=True):
            entry = declared(flow, seen.name) if seen.kind == "path" else None
            if entry is not None and any(field.name == step[1:] for field in entry.item.fields):
                yield FieldRead(canonical_path(flow.program, entry), step[1:])
                break


def declared(flow: FunctionFlow, path: str) -> TypeEntry | None:
    """The declaration of a type of this crate."""
    return next(iter(flow.program.type_paths.get(path, ())), None)
