"""An `unsafe impl Send/Sync` and a bound that it lacks, as records."""

from __future__ import annotations

import msgspec

from scrutineer.model.items import Bound
from scrutineer.model.types import TypeRef
from scrutineer.program.entries import FunctionEntry, ImplEntry, TypeEntry
from scrutineer.rules.thread.exposure import Exposure
from scrutineer.rules.thread.needs import Need


class ThreadImpl(msgspec.Struct, frozen=True):
    """One `unsafe impl Send/Sync for Type<…>`, in the declared parameters' names."""

    entry: ImplEntry
    type: TypeEntry
    trait: str
    self_type: TypeRef
    bounds: tuple[Bound, ...]
    parameters: tuple[str, ...]


class Missing(msgspec.Struct, frozen=True):
    """A bound that the impl lacks, and what shows it: a field, or a function."""

    param: str
    trait: str  # `Send` or `Sync`
    need: Need | None = None
    exposure: Exposure | None = None
    function: FunctionEntry | None = None
