"""Who else writes an atomic or a static, so that what was loaded once need not be there any more."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.interference.fetches import Fetch, fetches, mutable_statics, state_of
from scrutineer.interference.refetch import DoubleFetch, carried, double_fetches
from scrutineer.interference.shared_memory import shared_memory
from scrutineer.locks.locks import Locks
from scrutineer.locks.places import root_of
from scrutineer.model.body import Operation, Place
from scrutineer.program.entries import FunctionEntry

_STORES = frozenset({"store", "swap", "compare_exchange", "compare_exchange_weak", "fetch_update"})
_WRITES = _STORES | {f"fetch_{word}" for word in ("add", "sub", "and", "or", "xor", "nand", "max", "min")}
_NULL = frozenset({"null_mut", "null", "default"})


class Write(msgspec.Struct, frozen=True):
    """One write to an atomic or static by a function that others can run meanwhile; `null`: it may write null."""

    flow: FunctionFlow
    operation: Operation
    null: bool


class DoubleFetches:
    """Double fetches of one program whose memory somebody else does write."""

    def __init__(self, locks: Locks) -> None:
        """Nothing is looked at yet."""
        self.locks = locks
        self.flows = locks.flows
        self.program = locks.program

    def all(self) -> Iterator[tuple[DoubleFetch, Write | None]]:
        """Each with a write of the crate that can come between; none is needed where the other party is outside."""
        for entry in self._suspects:
            flow = self.flows.of(entry.index)
            for found in self._of(flow) if flow is not None else ():
                if found.first.kind not in {"atomic", "static"}:
                    yield found, None
                elif not self._under_one_lock(found) and (rival := self._rival(found)):
                    yield found, rival

    def _of(self, flow: FunctionFlow) -> Iterator[DoubleFetch]:
        for body in flow.all_bodies():
            found = list(fetches(body, self.accessors))
            if len(found) > 1:
                yield from double_fetches(found)

    @cached_property
    def accessors(self) -> dict[int, Fetch]:
        """Functions without a branch that fetch one value from what their only parameter refers to, and return it."""
        found: dict[int, Fetch] = {}
        unsafe = {entry.index for entry in self._with_unsafe()}
        for entry in self.program.functions:
            names = self._names if entry.index in unsafe else frozenset({"load"})
            if len(entry.item.parameters) > 1 or not self._calls(entry, names):
                continue
            flow = self.flows.of(entry.index)
            if flow is None or flow.body.parameters != 1 or len(flow.graph.order) != 1:
                continue
            inner = list(fetches(flow, {}))
            if len(inner) == 1 and inner[0].kind != "static" and 0 in carried(inner[0]).locals:
                found[entry.index] = inner[0]
        return found

    @cached_property
    def _names(self) -> frozenset[str]:
        return shared_memory().names | {"load"}

    @cached_property
    def _suspects(self) -> tuple[FunctionEntry, ...]:
        """Functions that can fetch twice, as far as names tell."""
        accessors = {self.program.functions[index].item.name for index in self.accessors}
        table = shared_memory()
        unsafe = list(self._with_unsafe())
        if not (self._has_statics or self._knows(table.crates)):
            unsafe = [entry for entry in unsafe if self._calls(entry, self._names | accessors)]
        seen = {entry.index for entry in unsafe}
        user = self._user_names
        others = (entry for entry in self.program.functions if user and entry.index not in seen)
        return (*unsafe, *(entry for entry in others if self._calls(entry, user)))

    @property
    def _has_statics(self) -> bool:
        return bool(mutable_statics(self.program))

    @property
    def _user_names(self) -> frozenset[str]:
        """Names of what fetches from memory of which nothing may be believed twice, if the crate can have it."""
        table = shared_memory()
        found = frozenset[str]()
        for entry in table.fetch:
            if entry.kind == "user" and (entry.foreign or self._knows(entry.crates)):
                found |= entry.names
        return found | (table.stream_names if self._imports(table.stream_types) else frozenset())

    def _knows(self, crates: frozenset[str]) -> bool:
        """Whether a path of the crate may begin with one of these."""
        return not crates.isdisjoint(self.program.unit.extern_prelude)

    def _imports(self, words: frozenset[str]) -> bool:
        """Whether some `use` of the crate names one of these."""
        return any(
            not words.isdisjoint(use.target.split("::")) for facts in self.program.files for use in facts.uses
        )

    def _with_unsafe(self) -> Iterator[FunctionEntry]:
        """Functions that hold an unsafe block or are unsafe."""
        holding = {
            (number, block.function)
            for number, facts in enumerate(self.program.files)
            for block in facts.unsafe_blocks
        }
        for entry in self.program.functions:
            if entry.item.unsafe or (entry.file, entry.number) in holding:
                yield entry

    def _calls(self, entry: FunctionEntry, names: frozenset[str]) -> bool:
        """Whether a function calls something of one of these names."""
        skeletons = self.program.files[entry.file].skeletons
        if entry.item.body_span is None or entry.item.test or entry.number >= len(skeletons):
            return False
        return any(call.lstrip(".").rpartition("::")[2] in names for call in skeletons[entry.number].calls)

    def _under_one_lock(self, found: DoubleFetch) -> bool:
        """Whether a lock is held from the first fetch to the second; its writers are taken to hold it too."""
        inside = self.locks.inside(found.first.flow)
        if inside is None:
            return False
        return not set(inside.held.must(found.first.point)).isdisjoint(inside.held.must(found.second.point))

    def _rival(self, found: DoubleFetch) -> Write | None:
        writes = self._writes.get(found.first.state, ())
        return next((each for each in writes if each.null or not found.asks_null), None)

    @cached_property
    def _writes(self) -> dict[str, list[Write]]:
        """Writes of atomics and mutable statics, by what they write."""
        found: dict[str, list[Write]] = {}
        for entry in self.program.functions:
            flow = self.flows.of(entry.index) if self._may_write(entry) else None
            for body in flow.all_bodies() if flow is not None else ():
                for state, write in _writes_of(body):
                    found.setdefault(state, []).append(write)
        return found

    def _may_write(self, entry: FunctionEntry) -> bool:
        if entry.item.test or entry.item.receiver == "&mut self":
            return False
        return self._has_statics or self._calls(entry, _WRITES)


def _writes_of(flow: FunctionFlow) -> Iterator[tuple[str, Write]]:
    for point, operation in flow.graph.points():
        place = operation.operands[0].place if operation.operands else None
        adds = operation.kind == "binary" and operation.target is None
        written = place if adds else operation.target
        if written is not None and written.static:
            yield state_of(flow, Place(-1, (), written.static)), Write(flow, operation, null=True)
        call = flow.target(point)
        if place is None or call.name not in _WRITES or not call.path.startswith("core::sync::atomic::"):
            continue
        root = root_of(flow, place).place
        type_ = flow.typed.locals[root.local] if root.local >= 0 else None
        if type_ is None or (type_.kind == "ref" and not type_.mutable):
            yield state_of(flow, root), Write(flow, operation, null=_may_be_null(flow, call.name, operation))


def _may_be_null(flow: FunctionFlow, name: str, operation: Operation) -> bool:
    """Whether a write may put null where it writes."""
    at = 2 if name.startswith("compare_exchange") else 1
    if len(operation.operands) <= at:
        return True
    value = flow.values.of(operation.operands[at])
    if any(part.name.rpartition("::")[2].lstrip(".") in _NULL for part in value.walk()):
        return True
    return value.place is not None and flow.type_of(value.place).kind == "pointer"
