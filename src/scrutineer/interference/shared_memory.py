"""What libraries say of memory that others can write: `shared_memory.toml`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

Kind = Literal["user", "raw", "documented", "atomic", "static"]


class FetchTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Calls that fetch a value: where from, and who else can write there.

    `user`: no one who fetches it twice may believe the first. `raw`: any pointer, so only one that leaves the function's own
    memory counts. `documented`: only where the documentation of the function says that the memory is shared.
    `foreign`: by name, as C functions are; `methods` of `types` otherwise.
    """

    party: str
    kind: Kind
    functions: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    foreign: bool = False
    address: int = 0
    into: int = -1

    @property
    def names(self) -> frozenset[str]:
        """Last segments of what fetches."""
        return _lasts((*self.functions, *self.methods))

    @property
    def crates(self) -> frozenset[str]:
        """Crates that declare the types."""
        return _firsts(self.types)


class StreamTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A reader over memory of others: `opens` says where it begins, `passes` and `copies` give a reader of the same place.

    `fetches` give a value, `fills` put it into a buffer, `moves` pass over it.
    """

    party: str
    type: str
    opens: tuple[str, ...]
    passes: tuple[str, ...]
    copies: tuple[str, ...]
    fetches: tuple[str, ...]
    fills: tuple[str, ...]
    moves: tuple[str, ...]

    @property
    def advancing(self) -> frozenset[str]:
        """Methods after which a reader stands elsewhere."""
        return frozenset((*self.fetches, *self.fills, *self.moves))


class MappingTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Types whose values are views of a shared mapping."""

    party: str
    types: tuple[str, ...]


class SharedMemory(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that `shared_memory.toml` says."""

    fetch: tuple[FetchTable, ...]
    stream: tuple[StreamTable, ...]
    mapping: tuple[MappingTable, ...]

    def fetch_of(self, path: str, *, foreign: bool) -> FetchTable | None:
        """The entry of a function, by path or, of a C function, by name."""
        owner, _, name = path.rpartition("::")
        for entry in self.fetch:
            if foreign == entry.foreign and (name if foreign else path) in entry.functions:
                return entry
            if name in entry.methods and owner in entry.types:
                return entry
        return None

    def mapped(self, type_: str) -> str:
        """Who else writes what values of a type show; empty if nobody is known."""
        return next((entry.party for entry in self.mapping if type_ in entry.types), "")

    @property
    def names(self) -> frozenset[str]:
        """Last segments of functions that fetch."""
        return frozenset(name for entry in self.fetch for name in entry.names)

    @property
    def stream_names(self) -> frozenset[str]:
        """Last segments of methods that fetch from a stream."""
        return _lasts(path for entry in self.stream for path in (*entry.fetches, *entry.fills))

    @property
    def stream_types(self) -> frozenset[str]:
        """Names of the types of streams and of their readers, as a `use` has them."""
        paths = (path for entry in self.stream for path in (*entry.fetches, *entry.opens))
        return _lasts(path.rpartition("::")[0] for path in paths)

    @property
    def crates(self) -> frozenset[str]:
        """Crates whose types are mappings."""
        return _firsts(path for entry in self.mapping for path in entry.types)


def _firsts(paths: Iterable[str]) -> frozenset[str]:
    return frozenset(path.partition("::")[0] for path in paths)


def _lasts(paths: Iterable[str]) -> frozenset[str]:
    return frozenset(path.rpartition("::")[2] for path in paths)


@cache
def shared_memory() -> SharedMemory:
    """The table, read on first use."""
    return msgspec.toml.decode((files(__package__) / "shared_memory.toml").read_bytes(), type=SharedMemory)
