"""One target under audit, and what became of its files."""

from __future__ import annotations

import msgspec

from scrutineer.model.file import Inventory
from scrutineer.model.finding import Unread
from scrutineer.model.items import ModuleItem
from scrutineer.model.target import Reader, SourceFile, Target
from scrutineer.run.options import Options
from scrutineer.syntax.build import Build


class Job(msgspec.Struct, frozen=True):
    """A target of this run; `number` tells it from the others. `build` is what it is narrowed to."""

    number: int
    target: Target
    reader: Reader
    options: Options
    build: Build = Build()


class Summary(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What the run itself needs to know of a file; everything else of its facts stays packed."""

    inventory: Inventory
    with_errors: bool
    modules: tuple[ModuleItem, ...]
    interface: str  # hash of what other crates can see


class FileRead(msgspec.Struct, frozen=True, gc=False):
    """A file that was read: the cache key of its facts, and their summary."""

    file: SourceFile
    key: str
    summary: Summary


class Contents(msgspec.Struct, frozen=True):
    """What reading a target gave: files by path, sorted, and those that could not be read."""

    read: dict[str, FileRead]
    not_read: tuple[Unread, ...]

    @property
    def modules(self) -> dict[str, tuple[ModuleItem, ...]]:
        """Modules that each file declares."""
        return {path: one.summary.modules for path, one in self.read.items()}
