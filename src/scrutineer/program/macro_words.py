"""Which names a macro call may write, as far as texts tell: nothing is expanded for it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from scrutineer.model.file import FileFacts
from scrutineer.model.items import MacroCall
from scrutineer.program.memo import kept
from scrutineer.program.program import Program
from scrutineer.syntax.paste import gives_back

_WORD = re.compile(rb"[^\W\d]\w*")
_PASTED = b"[<"


def may_write(program: Program, facts: FileFacts, call: MacroCall, names: Collection[str]) -> bool:
    """Whether one of the names can stand in what a call becomes; never where its macro was not read.

    It can where the call, the macro's definition, or that of a macro which it mentions writes the name, or pieces that
    pasted together give it.
    """
    macros = program.macros
    found = macros.find(call.name, facts.path, call.span.start)
    if found is None and not gives_back(call.name):
        return False
    given = macros.read(facts.path)[call.arguments.start : call.arguments.end]
    words = set(_words(given))
    pasted = _PASTED in given
    for name in {call.name.rpartition("::")[2], *words} & macros.texts.keys():
        below = _definition_words(program, name)
        words |= below
        pasted |= _PASTED.decode() in below
    if not words.isdisjoint(names):
        return True
    if not pasted:
        return False
    pieces = _pieces(words, " ".join(names))
    return any(_is_joined(name, pieces) for name in names)


@kept
def _definition_words(program: Program, name: str) -> frozenset[str]:
    """All words of the definitions of a macro, of those they mention, and `[<` if one pastes names."""
    texts = program.macros.texts
    found: set[str] = set()
    pending, seen = [name], {name}
    while pending:
        for text in texts.get(pending.pop(), ()):
            words = set(_words(text))
            found |= words
            found |= {_PASTED.decode()} if _PASTED in text else set()
            pending += (words - seen) & texts.keys()
            seen |= words
    return frozenset(found)


def _words(text: bytes) -> Iterator[str]:
    return (word.decode("utf-8", "replace") for word in _WORD.findall(text))


def _pieces(words: Iterable[str], names: str) -> list[str]:
    """Which words, in whatever case, can be a part of one of the names."""
    return [lower for word in words if (lower := word.lower()) in names]


def _is_joined(name: str, pieces: Collection[str]) -> bool:
    """Whether pieces, in whatever order and however often, give the name."""
    ends = {0}
    for at in range(len(name)):
        if at in ends:
            ends |= {at + len(piece) for piece in pieces if name.startswith(piece, at)}
    return len(name) in ends
