"""What other crates can see of a file: its text without the bodies of its functions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import blake2b

from scrutineer.model.file import FileFacts

_ITEMS = re.compile(
    rb"\b(?:fn|impl|struct|enum|union|trait|mod|static|const|type|extern|macro_rules)\b|\binclude\s*!"
)


def interface(text: bytes, facts: FileFacts) -> str:
    """Hash of the text that is left when bodies are taken out; the same for all edits inside them.

    Bodies that declare items, and those that macros write, stay in. Nothing is said about positions.
    """
    hashed = blake2b(digest_size=16)
    for part in _outside(text, facts):
        hashed.update(part)
    return hashed.hexdigest()


def _outside(text: bytes, facts: FileFacts) -> Iterator[bytes]:
    bodies = sorted(
        (function.body_span.start, function.body_span.end)
        for function in facts.functions
        if function.body_span is not None and function.macro < 0 and function.definition < 0
    )
    at = 0
    for start, end in bodies:
        if start >= at and not _ITEMS.search(text, start, end):
            yield text[at:start] + b"{}"
            at = end
    yield text[at:]
