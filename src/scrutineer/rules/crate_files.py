"""The files of one crate, and the words for places in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

from scrutineer.model.file import FileFacts
from scrutineer.model.finding import FlowStep, Related
from scrutineer.model.items import Item
from scrutineer.model.paths import item_path, module_path
from scrutineer.model.span import LineTable, Location, Span, line_table
from scrutineer.model.target import CrateUnit, Mark
from scrutineer.rules.nesting import Nesting
from scrutineer.syntax.lexer import blank_comments


class CrateFiles:
    """One crate's files. `files` are their facts in path order, `read` gives a file's bytes again.

    `marks` says which files are test, benchmark or example code; `kernel` that the target is a Linux tree.
    """

    def __init__(
        self,
        crate: CrateUnit,
        files: tuple[FileFacts, ...],
        read: Callable[[str], bytes],
        *,
        marks: Mapping[str, Mark] | None = None,
        kernel: bool = False,
    ) -> None:
        self.crate = crate
        self.files = files
        self.kernel = kernel
        self._read = read
        self._marks = marks or {}
        self._texts: dict[str, bytes] = {}
        self._codes: dict[str, bytes] = {}
        self._nestings: dict[str, Nesting] = {}

    @cached_property
    def _by_path(self) -> dict[str, FileFacts]:
        return {facts.path: facts for facts in self.files}

    def file(self, path: str) -> FileFacts:
        """Facts of one file. Raises KeyError for a path that is not of this crate."""
        return self._by_path[path]

    def has_file(self, path: str) -> bool:
        """Whether the file was read and is of this crate."""
        return path in self._by_path

    def text(self, path: str) -> bytes:
        """Bytes of one file; empty if they cannot be read any more."""
        if path not in self._texts:
            try:
                self._texts[path] = self._read(path)
            except OSError:
                self._texts[path] = b""
        return self._texts[path]

    def code(self, path: str) -> bytes:
        """Bytes of one file with each comment overwritten by spaces."""
        if path not in self._codes:
            self._codes[path] = blank_comments(self.text(path))
        return self._codes[path]

    def marked(self, path: str) -> bool:
        """Whether the file is test, benchmark or example code."""
        return bool(self._marks.get(path) or self.crate.mark)

    def module(self, path: str) -> str:
        """Module path of a file, crate name first."""
        return module_path(self.crate, path)

    def path_of(self, facts: FileFacts, item: Item) -> str:
        """Path of an item, as findings name it."""
        return item_path(facts, item, self.module(facts.path))

    def enclosing(self, path: str, span: Span) -> tuple[Item, ...]:
        """Items of that file that cover the span, the outermost first; none in a file of another crate."""
        if not self.has_file(path):
            return ()
        if path not in self._nestings:
            self._nestings[path] = Nesting(self.file(path))
        return self._nestings[path].around(span)

    def item_at(self, path: str, span: Span) -> str:
        """Path of the innermost item around a span; the file's module where there is none."""
        around = self.enclosing(path, span)
        return self.path_of(self.file(path), around[-1]) if around else self.module(path)

    def source_of(self, path: str, span: Span) -> tuple[str, Span]:
        """Where a person finds a span: its file, and the span in that."""
        return span.path or path, span

    def location(self, path: str, span: Span) -> Location:
        """A span in lines and columns; `path` is the file it is in unless the span names its own."""
        path, span = self.source_of(path, span)
        lines = self._lines(path)
        return Location(path, lines.position(span.start), lines.position(span.end))

    def _lines(self, path: str) -> LineTable:
        """Line starts also of a file of another crate of the target: one that defines a macro used here."""
        return self.file(path).lines if self.has_file(path) else line_table(self.text(path))

    def related(self, path: str, span: Span, message: str) -> Related:
        """Another place that a finding speaks of."""
        place = self.location(path, span)
        return Related(place.path, place.start, place.end, message)

    def step(
        self, path: str, span: Span, message: str, *, thread: str = "", locks: tuple[str, ...] = ()
    ) -> FlowStep:
        """One step of a finding's flow."""
        place = self.location(path, span)
        return FlowStep(place.path, place.start, place.end, message, thread, locks)
