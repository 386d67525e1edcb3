"""Whether the source supports that a function runs beside others on one object."""

from __future__ import annotations

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.locks.acquisitions import Acquisition
from scrutineer.locks.places import written
from scrutineer.model.body import Place
from scrutineer.model.types import TypeRef

_QUEUED = frozenset({"WorkItem", "RawWorkItem", "Wake", "HrTimerCallback", "TimerCallback"})
"""Traits whose methods a work queue, a timer or an executor calls."""
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
    called = _called_from_elsewhere(flow)
    if called:
        return Sharing(f"`{name}` {called}", shared=True)
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


def _called_from_elsewhere(flow: FunctionFlow) -> str:
    """Whether a queue or foreign code runs the function, on a thread of its own choosing."""
    item = flow.entry.item
    if item.abi:
        return f'is `extern "{item.abi}"`: foreign code calls it, on whichever thread it likes'
    facts = flow.program.files[flow.entry.file]
    trait = facts.impls[item.impl_].trait if item.impl_ >= 0 else None
    if trait is not None and trait.last in _QUEUED:
        return f"is run by a queue (`{trait.last}`), beside whoever else has the object"
    return ""


def _owns_count(type_: TypeRef) -> bool:
    return type_.kind == "path" and type_.last in _COUNTED


def _is_shared(type_: TypeRef) -> bool:
    return (type_.kind == "ref" and not type_.mutable) or _owns_count(type_)


def _word(type_: TypeRef) -> str:
    if type_.kind == "ref":
        inner = type_.args[0]
        return f"&{inner.last}" if inner.kind == "path" else "&_"
    return f"{type_.last}<{type_.args[0].last}>" if type_.args else type_.last
