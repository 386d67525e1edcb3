"""Macro definitions of a crate by name, and the expansion of calls to them.

Where a definition stands decides who sees it: later in its file, in modules after a `#[macro_use]`, everywhere if it is
exported. Order between files is not kept here: a name that a crate defines twice means the definition before the
call in the same file, else an exported one, else any.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from scrutineer.model.file import FileFacts
from scrutineer.model.items import MacroDefinition
from scrutineer.model.span import Span
from scrutineer.syntax.expand import Expansion, MacroSource, expand
from scrutineer.syntax.paste import GIVES_BACK, gives_back, paste

Read = Callable[[str], bytes]
"""Bytes of a file by its path."""


class Found(NamedTuple):
    """A definition with the file it stands in, and what `$crate` is there."""

    facts: FileFacts
    definition: MacroDefinition
    crate: str
    read: Read


class Macros:
    """The `macro_rules!` that one crate can call: its own, and the exported ones of crates that were read.

    `outside` are names of other crates: a path that begins with one means no macro of this crate.
    """

    def __init__(
        self,
        files: Sequence[FileFacts],
        read: Read,
        dependencies: Mapping[str, Macros] | None = None,
        outside: frozenset[str] = frozenset(),
    ) -> None:
        self.read = read
        self.dependencies = dict(dependencies or {})
        self.outside = outside
        self._marks = 0
        self._by_name: dict[str, list[tuple[FileFacts, MacroDefinition]]] = {}
        for facts in files:
            for definition in facts.macro_definitions:
                self._by_name.setdefault(definition.name, []).append((facts, definition))

    @property
    def names(self) -> frozenset[str]:
        """Names that this crate defines: the table of well-known macros does not apply to them."""
        return frozenset(self._by_name)

    @cached_property
    def reachable(self) -> frozenset[str]:
        """Names of all macros that can be called here, without the paths to them."""
        return self.names.union(GIVES_BACK, *(macros.exports for macros in self.dependencies.values()))

    @cached_property
    def exports(self) -> frozenset[str]:
        """Names that this crate exports."""
        found = self._by_name.items()
        return frozenset(name for name, each in found if any(definition.exported for _, definition in each))

    def find(self, name: str, path: str, offset: int) -> Found | None:
        """The definition that a call at a byte offset of a file means."""
        first, _, last = name.rpartition("::")
        crate = first.removeprefix("::").partition("::")[0]
        if crate in self.dependencies:
            return self.dependencies[crate].exported(last, crate)
        if crate in self.outside:
            return None
        own = self._by_name.get(last)
        if own:
            here = [found for found in own if found[0].path == path]
            before = [found for found in here if found[1].span.start < offset]
            exported = [found for found in own if found[1].exported]
            facts, definition = (before or here or exported or own)[-1]
            return Found(facts, definition, "crate", self.read)
        if first:
            return None
        return next(
            (f for key, macros in self.dependencies.items() if (f := macros.exported(last, key))), None
        )

    @cached_property
    def texts(self) -> dict[str, tuple[bytes, ...]]:
        """Texts of all definitions by name, those of crates that were read included."""
        found: dict[str, set[bytes]] = {}
        for name, own in self._by_name.items():
            texts = (self.read(facts.path)[each.body.start : each.body.end] for facts, each in own)
            found.setdefault(name, set()).update(texts)
        for dependency in self.dependencies.values():
            for name, inherited in dependency.texts.items():
                found.setdefault(name, set()).update(inherited)
        return {name: tuple(sorted(texts)) for name, texts in found.items()}

    def knows(self, name: str, path: str, offset: int) -> bool:
        """Whether `expand` may answer."""
        return self.find(name, path, offset) is not None or gives_back(name)

    def exported(self, name: str, crate: str) -> Found | None:
        """An exported definition, as a crate that depends on this one under the name `crate` sees it."""
        for facts, definition in self._by_name.get(name, ()):
            if definition.exported:
                return Found(facts, definition, crate, self.read)
        return None

    def expand(self, name: str, arguments: bytes, inside: Span, call: Span, path: str) -> Expansion | None:
        """What a call stands for; nothing where its macro is not known or does not accept it.

        `inside` is where `arguments` stand; `path` is the file of the call.
        """
        found = self.find(name, call.path or path, call.start)
        if found is None:
            return (
                paste(MacroSource(arguments, inside.start, inside.path), call) if gives_back(name) else None
            )
        body = found.definition.body
        text = found.read(found.facts.path)[body.start : body.end]
        self._marks += 1
        elsewhere = "" if found.facts.path == path else found.facts.path
        return expand(
            MacroSource(text, body.start, elsewhere),
            MacroSource(arguments, inside.start, inside.path),
            call,
            crate=found.crate,
            mark=self._marks,
        )
