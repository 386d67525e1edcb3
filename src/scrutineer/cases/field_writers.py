"""Functions that can change a field: by assigning it, lending it mutably, calling on it, or making the whole value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property

import msgspec

from scrutineer.cases.reads import FieldRead, fields_of_place
from scrutineer.flow.function import Flows, FunctionFlow
from scrutineer.model.body import Operation, Place
from scrutineer.model.items import Field
from scrutineer.model.types import TypeRef
from scrutineer.program.entries import FunctionEntry, TypeEntry
from scrutineer.program.visibility import Boundary
from scrutineer.syntax.lexer import blank_comments

_CELLS = frozenset(
    {"core::cell::Cell", "core::cell::UnsafeCell", "core::cell::RefCell", "kernel::types::Opaque"}
)
_WORD, _DOTTED = re.compile(rb"\w+"), re.compile(rb"\.\s*(\w+)")
_LOADS = frozenset({"load", "get", "borrow", "try_borrow"})


class FieldWriter(msgspec.Struct, frozen=True):
    """A function that can change a field, and how."""

    function: int
    how: str


class FieldWriters:
    """Writers of the fields of one crate, kept. `text` gives a file's bytes."""

    def __init__(self, flows: Flows, text: Callable[[str], bytes]) -> None:
        """Nothing is searched yet."""
        self.flows = flows
        self.program = flows.program
        self.text = text
        self._codes: dict[str, bytes] = {}
        self._known: dict[FieldRead, tuple[FieldWriter, ...]] = {}
        self._dotted: dict[int, frozenset[bytes]] = {}
        self._changes: dict[int, dict[FieldRead, str] | None] = {}

    def declaration(self, field: FieldRead) -> tuple[TypeEntry, Field] | None:
        """The type and its field."""
        entry = next(iter(self.program.type_paths.get(field.owner, ())), None)
        found = next((f for f in entry.item.fields if f.name == field.field), None) if entry else None
        return (entry, found) if entry is not None and found is not None else None

    def boundary(self, field: FieldRead) -> Boundary:
        """How far the field can be named."""
        found = self.declaration(field)
        return self.program.visibility.boundary(*found) if found is not None else Boundary("world")

    def of(self, field: FieldRead) -> tuple[FieldWriter, ...]:
        """Functions inside the field's boundary that can change it."""
        if field not in self._known:
            self._known[field] = tuple(self._find(field))
        return self._known[field]

    def _find(self, field: FieldRead) -> Iterator[FieldWriter]:
        found = self.declaration(field)
        if found is None:
            return
        entry, declared = found
        makers = self._naming.get(entry.item.name.encode(), set()) | self._naming.get(b"Self", set())
        naming = self._naming.get(declared.name.encode(), set())
        if declared.name.isdigit():
            naming = naming | makers  # which need not write the number
        for function in self.program.visibility.inside(self.program.visibility.boundary(entry, declared)):
            if function.index not in naming:
                continue
            how = self._how(function.index, field) if self._mentions(function, declared) else ""
            if how or (function.index in makers and self._makes(function, entry, declared)):
                yield FieldWriter(function.index, how or "makes")

    def _body(self, function: FunctionEntry) -> bytes:
        """Code of a function without comments."""
        span = function.item.body_span
        if span is None or function.file >= self.program.written:
            return b""
        path = self.program.files[function.file].path
        if path not in self._codes:
            self._codes[path] = blank_comments(self.text(path))
        return self._codes[path][span.start : span.end]

    @cached_property
    def _naming(self) -> dict[bytes, set[int]]:
        """Functions by each word of their code: few of a crate's functions name any one field."""
        found: dict[bytes, set[int]] = {}
        for function in self.program.functions:
            for word in set(_WORD.findall(self._body(function))):
                found.setdefault(word, set()).add(function.index)
        return found

    def _how(self, function: int, field: FieldRead) -> str:
        """What a function that names the field does to it; empty where it only reads it."""
        if function not in self._changes:
            flow = self.flows.of(function)
            self._changes[function] = None if flow is None else _changes(flow)
        changes = self._changes[function]
        return "may write" if changes is None else changes.get(field, "")

    def _mentions(self, function: FunctionEntry, field: Field) -> bool:
        """Whether a function's code has the field's name after a dot."""
        if function.index not in self._dotted:
            self._dotted[function.index] = frozenset(_DOTTED.findall(self._body(function)))
        return field.name.encode() in self._dotted[function.index]

    def _makes(self, function: FunctionEntry, entry: TypeEntry, field: Field) -> bool:
        """Whether a function writes a literal of the type that names the field: also inside `init!` macros."""
        body = self._body(function)
        if field.name.encode() not in body:
            return False
        name = re.escape(entry.item.name.encode())
        own = self.program.resolver.scope_of(function).self_type
        if own is not None and own.last == entry.item.name:
            name += rb"|Self"
        if field.name.isdigit():
            return re.search(rb"\b(?:%s)\s*\(" % name, body) is not None
        made = re.search(rb"\b(?:%s)(?:\s*::\s*<[^{}]*>)?\s*\{" % name, body)
        return (
            made is not None and re.search(rb"\b%s\b" % field.name.encode(), body[made.end() :]) is not None
        )


def _changes(flow: FunctionFlow) -> dict[FieldRead, str]:
    """Fields that a function changes, each with the first thing that it does to it."""
    found: dict[FieldRead, str] = {}
    for each in flow.all_bodies():
        for _, operation in each.graph.points():
            for place, how in _changed(each, operation):
                for field in fields_of_place(each, place):
                    found.setdefault(field, how)
    return found


def _changed(flow: FunctionFlow, operation: Operation) -> Iterator[tuple[Place, str]]:
    """Places that an operation changes or lets others change."""
    if operation.kind in {"drop", "storage_dead"}:
        return
    if operation.target is not None and operation.target.steps:
        yield operation.target, "writes"
    for number, operand in enumerate(operation.operands):
        place = operand.place
        if place is None or not place.steps:
            continue
        if operation.kind in {"borrow", "raw_borrow"}:
            if operation.mutable:
                yield place, "borrows mutably"
        elif operand.mode == "write":
            yield place, "writes"
        elif operand.mode == "receiver" and _receiver_changes(flow, operation, number, place):
            yield place, f"calls `{operation.callee.name if operation.callee else ''}` on"


def _receiver_changes(flow: FunctionFlow, operation: Operation, number: int, place: Place) -> bool:
    """Whether a method may change its receiver: it takes it mutably, or the receiver is a cell or an atomic."""
    type_ = flow.type_of(place)
    name = operation.callee.name if operation.callee is not None else ""
    if _is_cell(type_):
        return name not in _LOADS
    if type_.kind == "ref" and not type_.mutable:
        return False
    point = flow.point_of(operation)
    target = flow.target(point) if point is not None else None
    if target is not None and target.signature is not None:
        return target.autoref == "&mut" or target.signature.receiver in {"&mut self", "self"}
    return not flow.writes.shared(operation, number) and type_.kind not in {"ref", "pointer", "unknown"}


def _is_cell(type_: TypeRef) -> bool:
    return type_.name in _CELLS or type_.name.startswith("core::sync::atomic::")
