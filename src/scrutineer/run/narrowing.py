"""One build instead of all variants: its readers see nothing of what it leaves out."""

from __future__ import annotations

import msgspec

from scrutineer.source.readers import FolderReader, RevisionReader
from scrutineer.syntax.build import Build


class NarrowedReader(msgspec.Struct, frozen=True):
    """Reads files as one build sees them, with blanks in place of what that leaves out."""

    whole: FolderReader | RevisionReader
    build: Build

    def read(self, path: str) -> bytes:
        """The file's bytes. Raises OSError."""
        from scrutineer.syntax.narrow import narrowed  # noqa: PLC0415 - a parser that a warm audit needs not

        return narrowed(self.whole.read(path), self.build)
