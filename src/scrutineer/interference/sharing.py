"""Whether the source supports that a function runs beside others on one object."""

from __future__ import annotations

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.locks.acquisitions import Acquisition
from scrutineer.locks.places import written
from scrutineer.model.body import Place
from scrutineer.model.types import TypeRef

_COUNTED = frozenset({"Arc", "ARef", "ArcBorrow", "UniqueArc", "Weak", "Rc"})


class Sharing(msgspec.Struct, frozen=True):
    """How a body comes to its lock: in one sentence, and whether that leaves others beside it."""

    sentence: str
    shared: bool


def sharing_of(flow: FunctionFlow, acquisition: Acquisition) -> Sharing:
    """What the way from the body's parameters to a lock says about others who have the same object."""
    root = acquisition.root.place if acquisition.root is not None else Place(acquisition.guard.local)
    name = flow.entry.item.name
    if root.static:
        return Sharing(f"`{name}` reaches the lock through the static `{root.static}`", shared=True)
    if acquisition.guard.parameter:
        return Sharing(f"`{name}` is given the lock's guard by its caller", shared=True)
    local = flow.body.locals[root.local]
    type_ = flow.typed.locals[root.local]
    if local.kind == "parameter" and _owns_count(type_):
        reason = f"`{name}` takes `{local.name or '_'}` by value, which may be the end of its use elsewhere"
        return Sharing(reason, shared=False)
    for length in range(len(root.steps) + 1):
        before = Place(root.local, root.steps[:length])
        seen = flow.type_of(before)
        if _is_shared(seen):
            return Sharing(
                f"`{name}` reaches the lock through `{written(flow, before)}`, a `{_word(seen)}`", shared=True
            )
    return Sharing(f"nothing shows that what `{name}` locks is shared with another thread", shared=False)


def _owns_count(type_: TypeRef) -> bool:
    return type_.kind == "path" and type_.last in _COUNTED


def _is_shared(type_: TypeRef) -> bool:
    return (type_.kind == "ref" and not type_.mutable) or _owns_count(type_)


def _word(type_: TypeRef) -> str:
    if type_.kind == "ref":
        inner = type_.args[0]
        return f"&{inner.last}" if inner.kind == "path" else "&_"
    return f"{type_.last}<{type_.args[0].last}>" if type_.args else type_.last
