"""Whether source that was read speaks of something at all: the cheapest reason not to look for it."""

from __future__ import annotations

from scrutineer.program.memo import kept
from scrutineer.program.program import Program
from scrutineer.syntax.parse import NotReadableError


@kept
def mentions(program: Program, word: bytes) -> bool:
    """Whether a text in lower case stands in a file of the crate or of a dependency, in whatever case it is written.

    True also where a file cannot be read again.
    """
    try:
        if any(word in text for text in _texts(program)):
            return True
    except (OSError, NotReadableError):
        return True
    return any(mentions(dependency, word) for dependency in program.dependencies.values())


@kept
def _texts(program: Program) -> tuple[bytes, ...]:
    return tuple(program.macros.read(facts.path).lower() for facts in program.files[: program.written])
