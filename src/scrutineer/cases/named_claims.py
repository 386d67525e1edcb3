"""Comments that name a field or method which nothing has any more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from scrutineer.cases.cases import Cases
from scrutineer.cases.objection import ClaimAt, Objection, claims_of_kind
from scrutineer.model.contract import CLAIM_KINDS
from scrutineer.model.file import FileFacts
from scrutineer.program.program import Program
from scrutineer.syntax.lexer import blank_comments

_OWN = re.compile(r"^&?(?:mut )?(?:self\.|Self::)([a-z_]\w*)(?:\(.*\))?$")
_WORD = re.compile(rb"\w")
_OF_TYPE = re.compile(r"^([A-Z]\w*)::(\w+)(?:\(.*\))?$")


def stale_names(cases: Cases) -> Iterator[Objection]:
    """Claims that name `self.x`, `Self::x` or `Type::x` where no code of the crate has the word `x`."""
    words = _Words(cases)
    seen: set[tuple[str, str]] = set()
    for each in claims_of_kind(cases, *CLAIM_KINDS):
        for name in each.testimony.claim.names:
            member = _member(cases.flows.program, each, name)
            key = (str(each.testimony.location), name)
            if member and key not in seen and not words.has(member):
                seen.add(key)
                yield Objection(each, f"no code here has the name `{member}` of `{name}`")


def _member(program: Program, each: ClaimAt, name: str) -> str:
    """The name of a member of a type of this crate that a piece of code speaks of."""
    own = _OWN.match(name)
    if own:
        return own[1] if each.function is not None and each.function.item.impl_ >= 0 else ""
    found = _OF_TYPE.match(name)
    if found is None or each.function is None:
        return ""
    definition = program.resolve(found[1], program.resolver.scope_of(each.function))
    return found[2] if definition.kind == "type" and not definition.crate else ""


class _Words:
    """Every word of the crate's code, comments left out; of the crates read with it, the names of their items."""

    def __init__(self, cases: Cases) -> None:
        self._cases = cases
        self._codes: dict[str, bytes] = {}

    def has(self, word: str) -> bool:
        """Whether some code has the word."""
        return word in self._elsewhere or any(
            self._stands_in(facts.path, word.encode()) for facts in self._files
        )

    @property
    def _files(self) -> tuple[FileFacts, ...]:
        program = self._cases.flows.program
        return program.files[: program.written]

    def _stands_in(self, path: str, word: bytes) -> bool:
        """Whether a file's code has the word; comments are only looked for where the word stands at all."""
        text = self._cases.text(path)
        if word not in text:
            return False
        if path not in self._codes:
            self._codes[path] = blank_comments(text)
        return _has_word(self._codes[path], word)

    @cached_property
    def _elsewhere(self) -> frozenset[str]:
        return frozenset(self._read())

    def _read(self) -> Iterator[str]:
        for other in self._cases.flows.program.programs_by_root.values():
            for table in (other.functions, other.types, other.traits, other.values):
                yield from (entry.item.name for entry in table)
            for declared in other.types:
                yield from (field.name for field in declared.item.fields)


def _has_word(code: bytes, word: bytes) -> bool:
    at = code.find(word)
    while at >= 0:
        end = at + len(word)
        if not _WORD.search(code[max(at - 1, 0) : at] + code[end : end + 1]):
            return True
        at = code.find(word, end)
    return False
