"""What a rule sees: one crate with everything that the rooms below know of it, each built when asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from scrutineer.cases.cases import Cases
from scrutineer.facts.attributes import is_test_predicate
from scrutineer.flow.function import Flows
from scrutineer.locks.locks import Locks
from scrutineer.model.file import FileFacts
from scrutineer.model.site import Site
from scrutineer.model.span import Span
from scrutineer.model.target import CrateUnit, Mark
from scrutineer.program.tree import ModuleTree, root_name
from scrutineer.program.unsafe_names import unsafe_macros
from scrutineer.rules.crate_files import CrateFiles

if TYPE_CHECKING:
    from scrutineer.interference.interference import Interference
    from scrutineer.program.entries import FunctionEntry
    from scrutineer.program.program import Program
    from scrutineer.rules.argument.exposure import Exposures


class Unit(CrateFiles):
    """One crate: its files, and the answers of other rooms about it.

    `dependencies` are programs of crates read in the same run, by the name that this crate gives them; `program`
    gives the crate's own where it is shared with those. To hand rules another room's answer, add a cached
    property that asks that room.
    """

    def __init__(
        self,
        crate: CrateUnit,
        files: tuple[FileFacts, ...],
        read: Callable[[str], bytes],
        *,
        marks: Mapping[str, Mark] | None = None,
        kernel: bool = False,
        dependencies: Mapping[str, Program] | None = None,
        program: Callable[[], Program] | None = None,
    ) -> None:
        super().__init__(crate, files, read, marks=marks, kernel=kernel)
        self._dependencies = dependencies or {}
        self._program = program
        self.kept: dict[object, object] = {}  # answers of functions about it: program/memo.py

    @cached_property
    def program(self) -> Program:
        """The crate seen whole: names, types, impls, typed bodies, call graph."""
        if self._program is not None:
            return self._program()
        from scrutineer.program.program import Program  # noqa: PLC0415 - 90 ms that only rules that ask pay

        return Program(self.crate, self.files, self._dependencies, self.text)

    @property
    def has_program(self) -> bool:
        """Whether any rule has asked for the program."""
        return "program" in self.__dict__

    @property
    def known_sites(self) -> tuple[Site, ...] | None:
        """Every unsafe site, if any rule has asked for them."""
        cases = self.__dict__.get("cases")
        return cases.sites if cases is not None else None

    @cached_property
    def tree(self) -> ModuleTree:
        """Which module each file is. What the crate's macros write changes nothing about that."""
        return ModuleTree(self.crate, self.files, root_name(self.crate, self._dependencies))

    @cached_property
    def flows(self) -> Flows:
        """What happens inside each function: conditions, values, drops, unwinding."""
        return Flows(self.program)

    @cached_property
    def locks(self) -> Locks:
        """Which locks each function holds where, and what they protect."""
        return Locks(self.flows)

    def source_of(self, path: str, span: Span) -> tuple[str, Span]:
        """Where a span was written: in a macro's definition or arguments, if an expansion holds it."""
        path = span.path or path
        while not self.has_file(path) and "#" in path and path in self.program.expanded:
            made = self.program.expanded[path]
            span = made.origin(span)
            path = span.path or self.program.files[made.parent].path
        return path, span

    @cached_property
    def interference(self) -> Interference:
        """Functions that can falsify, on another thread, what an unsafe site claims."""
        from scrutineer.interference.interference import Interference  # noqa: PLC0415 - the explorer is needed by few

        return Interference(self.locks)

    @cached_property
    def exposures(self) -> Exposures:
        """Which arguments of each function reach an unsafe operation, and who can choose them."""
        from scrutineer.rules.argument.exposure import Exposures  # noqa: PLC0415 - it needs this module

        return Exposures(self)

    @cached_property
    def cases(self) -> Cases:
        """What must hold at each unsafe site, and what makes it hold."""
        return Cases(self.flows, self.text)

    def module(self, path: str) -> str:
        """Module path of a file, as `mod` declarations lead to it."""
        number = self._numbers.get(path)
        if number is None:
            return super().module(path)
        return self.tree.modules[self.tree.scope(number, "")].path

    def marked(self, path: str) -> bool:
        """Whether the file is test, benchmark or example code, also by `#[cfg(test)] mod name;`."""
        number = self._numbers.get(path)
        by_declaration = number is not None and is_test_predicate(self.tree.file_cfg[number])
        return by_declaration or super().marked(path)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {facts.path: number for number, facts in enumerate(self.files)}

    @cached_property
    def _unsafe_functions(self) -> frozenset[tuple[int, int]]:
        files = tuple(enumerate(self.program.files))
        found = {(number, block.function) for number, facts in files for block in facts.unsafe_blocks}
        macros = unsafe_macros(self.program.files)
        if macros:
            found |= {
                (number, call.function)
                for number, facts in files
                for call in facts.macro_calls
                if call.name.rpartition("::")[2] in macros
            }
        return frozenset(found)

    def has_unsafe(self, entry: FunctionEntry) -> bool:
        """Whether a function holds an unsafe block, also by a macro, or is unsafe: what most rules need."""
        return entry.item.unsafe or (entry.file, entry.number) in self._unsafe_functions
