"""Facts of a crate out of the store, and programs of the crates it depends on, each made when it is asked for."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

import msgspec

from scrutineer.facts.read import read_file
from scrutineer.model.file import FileFacts
from scrutineer.model.target import CrateUnit, Reader, SourceFile
from scrutineer.run.neighbours import reachable
from scrutineer.run.store import store_at
from scrutineer.syntax.parse import NotReadableError

if TYPE_CHECKING:
    from scrutineer.program.program import Program

_KEPT = (
    8 << 20
)  # bytes of source whose programs a process keeps: the shared crates of a Linux tree are two megabytes


class Source(msgspec.Struct, frozen=True):
    """A crate, its files, and the cache keys of these by path. `shown` is a hash of what other crates see of it."""

    unit: CrateUnit
    files: tuple[SourceFile, ...]
    keys: dict[str, str]
    shown: str

    @property
    def size(self) -> int:
        """Bytes of source."""
        return sum(file.size for file in self.files)

    @property
    def identity(self) -> str:
        """What tells it from every other crate: settings, paths and contents."""
        return repr((self.unit, sorted(self.keys.items())))


class Loader(msgspec.Struct, frozen=True):
    """Loads what belongs to one target from the store of a run."""

    reader: Reader
    store: str

    def facts(self, source: Source) -> tuple[FileFacts, ...]:
        """Facts of a crate's files in the order of their paths; what the store has lost is read again."""
        found = {facts.path: facts for facts in store_at(self.store).load(source.keys)}
        for file in source.files:
            if file.path not in found:
                found[file.path] = self._again(file)
        return tuple(found[path] for path in sorted(found))

    def _again(self, file: SourceFile) -> FileFacts:
        try:
            return read_file(file.path, self.reader.read(file.path), file.edition)
        except (OSError, NotReadableError) as error:
            raise RuntimeError(f"{file.path} changed during the audit ({error})") from None


class Dependencies(Mapping[str, "Program"]):
    """Programs of what a crate depends on, by the name it gives them; nothing is loaded before one is asked for.

    Packages may test themselves with packages that depend on them: a crate does not see those `above` it.
    """

    def __init__(
        self,
        root: str,
        near: Mapping[str, Source],
        edges: Mapping[str, Mapping[str, str]],
        load: Loader,
        above: frozenset[str] = frozenset(),
    ) -> None:
        self._near = near
        self._edges = edges
        self._load = load
        self._above = above | {root}
        own = edges.get(root, {})
        self._roots = {
            name: other for name, other in own.items() if other in near and other not in self._above
        }

    def __getitem__(self, name: str) -> Program:
        root = self._roots[name]
        source = self._near[root]
        inner = Dependencies(root, self._near, self._edges, self._load, self._above)
        return inner.program(source, lambda: self._load.facts(source))

    def program(self, source: Source, facts: Callable[[], tuple[FileFacts, ...]]) -> Program:
        """The program of the crate whose dependencies these are, kept for the other crates that depend on it."""
        from scrutineer.program.program import Program  # noqa: PLC0415 - 90 ms that only rules that ask pay

        key = self._key(source)
        if key not in _PROGRAMS:
            if _READERS[-1:] != [self._load.reader]:
                _PROGRAMS.clear()  # of another target
                _READERS[:] = [self._load.reader]
            program = Program(source.unit, facts(), self, self._load.reader.read)
            _PROGRAMS[key] = (source.size, program)
            while len(_PROGRAMS) > 1 and sum(size for size, _ in _PROGRAMS.values()) > _KEPT:
                _PROGRAMS.popitem(last=False)
        _PROGRAMS.move_to_end(key)
        return _PROGRAMS[key][1]

    def known(self, source: Source) -> Program | None:
        """The same program, if it is there already."""
        kept = _PROGRAMS.get(self._key(source))
        return kept[1] if kept is not None else None

    def _key(self, source: Source) -> tuple[str, str]:
        return source.identity, ",".join(sorted(self._above & reachable(source.unit.root, self._edges)))

    def __iter__(self) -> Iterator[str]:
        return iter(self._roots)

    def __len__(self) -> int:
        return len(self._roots)


def bodies_asked() -> dict[Program, int]:
    """How many bodies of each program that is kept were asked for so far."""
    return {program: program.bodies.asked for _, program in _PROGRAMS.values()}


def forget_programs() -> None:
    """Let programs of the last run go."""
    _PROGRAMS.clear()


_READERS: list[Reader] = []
_PROGRAMS: OrderedDict[tuple[str, str], tuple[int, Program]] = OrderedDict()
