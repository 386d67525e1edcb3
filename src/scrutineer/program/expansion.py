"""Items that a crate's own macros write: invocations where items stand, expanded and read like files.

Each expansion becomes a file of its own behind the crate's files. What it declares takes part in resolution;
`Program.expansions` tells where it was invoked. Operations in it are no sites: unsafe code counts once, where
the macro's definition writes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from scrutineer.facts.read import read_file
from scrutineer.model.file import FileFacts
from scrutineer.model.items import MacroCall
from scrutineer.model.span import Span
from scrutineer.program.macro_models import modelled
from scrutineer.program.macros import Macros
from scrutineer.syntax.expand import Expansion
from scrutineer.syntax.parse import NotReadableError

_DEEPEST = 64  # macros that write macros: one for each letter of a tuple; rustc stops at 128
_MOST = 4000  # expansions of one crate
_LARGEST = 4_000_000  # bytes of all expansions of one crate


class ExpandedFile(msgspec.Struct, frozen=True):
    """One expansion. `parent` is the number of the file that invokes it, `scope` where in that file.

    `impl_` is the impl of that file whose members it writes, -1 outside any; the text then repeats the header.
    """

    facts: FileFacts
    text: bytes
    parent: int
    scope: str
    call: Span
    cfg: str
    expansion: Expansion
    impl_: int = -1
    shift: int = 0  # bytes of the repeated header, which the expansion's own text comes after

    def origin(self, span: Span) -> Span:
        """Where text of the expansion was written, in the file that invokes it unless the span names another."""
        if span.start < self.shift:
            return self.call
        return self.expansion.origin(span.start - self.shift, span.end - self.shift)

    @property
    def scope_of_items(self) -> str:
        """Scope of the module that gets the items: of an impl's members, the impl's."""
        return self.scope.rpartition("::")[0] if self.impl_ >= 0 else self.scope


def expanded_files(files: Sequence[FileFacts], macros: Macros, edition: str) -> list[ExpandedFile]:
    """Expand item macros of a crate until none is left that its definitions explain, within fixed bounds."""
    found: list[ExpandedFile] = []
    texts: dict[str, bytes] = {}
    size = 0
    pending = [(number, facts, 0) for number, facts in enumerate(files)]
    for number, facts, depth in pending:
        for call in _holes(facts):
            if len(found) >= _MOST or size > _LARGEST or depth >= _DEEPEST:
                return found
            made = _expanded(facts, number, call, macros, texts, edition)
            if made is not None:
                texts[made.facts.path] = made.text
                size += len(made.text)
                pending.append((len(files) + len(found), made.facts, depth + 1))
                found.append(made)
    return found


def _holes(facts: FileFacts) -> Iterator[MacroCall]:
    for call in facts.macro_calls:
        if call.position == "item" and call.definition < 0 and call.macro < 0:
            yield call


def _expanded(
    facts: FileFacts,
    number: int,
    call: MacroCall,
    macros: Macros,
    texts: dict[str, bytes],
    edition: str,
) -> ExpandedFile | None:
    if any(trait.span.covers(call.span) for trait in facts.traits):
        return None  # a trait's members must be read with it
    try:
        text = texts.get(facts.path) or macros.read(facts.path)
        expansion = _expansion(facts, call, macros, text)
        if expansion is None:
            return None
        impl = next((at for at, impl in enumerate(facts.impls) if impl.span.covers(call.span)), -1)
        header = _header(facts, impl, text) if impl >= 0 else b""
        written = header + expansion.text + (b"\n}" if impl >= 0 else b"")
        path = f"{facts.path}#{call.name}@{facts.lines.line(call.span.start)}:{call.span.start}"
        read = read_file(path, written, edition, lower=False, expanded=macros.reachable)
    except (NotReadableError, RecursionError):
        return None
    return ExpandedFile(
        read, written, number, call.scope, call.span, call.cfg, expansion, impl, shift=len(header)
    )


def _expansion(facts: FileFacts, call: MacroCall, macros: Macros, text: bytes) -> Expansion | None:
    """What a call stands for: by the crate's definition, else by a written model, all of it written by the call."""
    arguments = text[call.arguments.start : call.arguments.end]
    if macros.find(call.name, facts.path, call.span.start) is None:
        items = modelled(call.name, arguments)
        if items is not None:
            return Expansion(items, call.span)
    return macros.expand(call.name, arguments, call.arguments, call.span, facts.path)


def _header(facts: FileFacts, impl: int, text: bytes) -> bytes:
    """An impl's header, which its members from a macro are read below."""
    item = facts.impls[impl]
    brace = text.index(b"{", item.name_span.end)
    return text[item.name_span.start : brace] + b"{\n"


def filled_calls(
    files: Sequence[FileFacts], expansions: Sequence[ExpandedFile]
) -> frozenset[tuple[int, int]]:
    """Which macro calls were expanded, as (file, number); expansions are files behind the crate's."""
    every = (*files, *(each.facts for each in expansions))
    spans = {(each.parent, each.call) for each in expansions}
    parents = {each.parent for each in expansions}
    return frozenset(
        (file, number)
        for file in parents
        for number, call in enumerate(every[file].macro_calls)
        if (file, call.span) in spans
    )
