"""What the crate's own unsafe functions ask beyond what is written: what their bodies rest on.

Such a function, if nothing outside the crate can call it, hands on to its callers what its unsafe operations ask of
its parameters and neither its contract nor anything in it meets. Each caller then has these obligations of its own. A
function that others can call asks no more than its contract: they would have to read its body.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from scrutineer.cases.asked import Asked, functions_at, parameter_names
from scrutineer.cases.handed_on import handed_on, written_fields
from scrutineer.cases.question import Question
from scrutineer.flow.function import Flows
from scrutineer.model.contract import Precondition
from scrutineer.model.site import Site
from scrutineer.program.entries import FunctionEntry
from scrutineer.program.paths import canonical_path

Unmet = Callable[[Site], Iterator[Question | None]]
"""Obligations of a site that nothing in its function meets; nothing for one whose contract is not known."""


class Needs:
    """Derived contracts of one crate, each read once; functions that call each other have none."""

    def __init__(self, flows: Flows, sites: Callable[[], tuple[Site, ...]], unmet: Unmet) -> None:
        """Nothing is read yet."""
        self.flows = flows
        self.program = flows.program
        self._list = sites
        self._unmet = unmet
        self._sites: dict[int, list[Site]] | None = None
        self._known: dict[int, tuple[Asked, ...]] = {}
        self._internal: dict[int, bool] = {}
        self._active: list[int] = []
        self._cyclic: set[int] = set()

    def of(self, path: str) -> tuple[Asked, ...]:
        """What a function asks beyond its contract; empty where it can be called from outside, or asks nothing."""
        if self.program.crate_of(path) is not self.program:
            return ()
        entries = [entry for entry in functions_at(self.program, path) if self.is_internal(entry)]
        return self._of(entries[0].index) if len(entries) == 1 else ()

    def is_internal(self, entry: FunctionEntry) -> bool:
        """Whether a function is unsafe, and all calls of it are in this crate."""
        if not entry.item.unsafe:
            return False
        if entry.index not in self._internal:
            self._internal[entry.index] = self._looks_internal(entry)
        return self._internal[entry.index]

    def _looks_internal(self, entry: FunctionEntry) -> bool:
        item = entry.item
        if item.body_span is None or item.trait >= 0 or item.abi:
            return False
        trait = self.program.resolver.scope_of(entry).trait if item.impl_ >= 0 else ""
        if trait and not self._is_internal_trait(trait):
            return False
        return bool(trait) or not self.program.visibility.is_reachable(entry)

    def _is_internal_trait(self, path: str) -> bool:
        """Whether a trait is this crate's, and nothing outside can name it and so call its methods."""
        declared = self.program.trait_paths.get(path)
        return declared is not None and not self.program.visibility.is_reachable(declared)

    def _of(self, function: int) -> tuple[Asked, ...]:
        if function in self._active:
            self._cyclic.update(self._active[self._active.index(function) :])
            return ()
        if function not in self._known:
            self._active.append(function)
            found = tuple(dict.fromkeys(self._read(self.program.functions[function])))
            self._active.pop()
            self._known[function] = () if function in self._cyclic else found
        return self._known[function]

    def _read(self, entry: FunctionEntry) -> Iterator[Asked]:
        path = canonical_path(self.program, entry)
        for site in self._sites_of(entry.index):
            for question in self._unmet(site):
                asked = handed_on(question) if question is not None else None
                if asked is not None:
                    yield msgspec.structs.replace(asked, source=path)
                elif question is None:
                    words = f"what `{site.callee or site.text}` needs, which is called here, and its author wrote no contract for it"
                    yield Asked(Precondition(property="other", words=words), path)
        yield from self._kept(entry, path)

    def _kept(self, entry: FunctionEntry, path: str) -> Iterator[Asked]:
        """Fields that it changes, of which other unsafe code may need more than their types say."""
        flow = self.flows.of(entry.index)
        names = parameter_names(entry.item)
        for place, field in written_fields(flow) if flow is not None else ():
            position = place.local - 1
            name = names[position] if position < len(names) else ""
            words = f"still holds in `{field}` what unsafe code relies on"
            one = Precondition(property="invariant", words=words, parameter=name, position=position)
            yield Asked(one, path)

    def _sites_of(self, function: int) -> list[Site]:
        if self._sites is None:
            self._sites = {}
            for site in self._list():
                self._sites.setdefault(site.function, []).append(site)
        return self._sites.get(function, [])
