"""Whether the code says that the lock which is taken belongs to the container that an element is in."""

from __future__ import annotations

import msgspec

from scrutineer.interference.removal import Removal
from scrutineer.locks.acquisitions import Acquisition
from scrutineer.locks.places import root_of, written
from scrutineer.model.body import Place


class Owner(msgspec.Struct, frozen=True):
    """How a removal comes to its lock: in one sentence, and whether that leaves only one object's lock."""

    sentence: str
    fixed: bool


def owner_of(removal: Removal) -> Owner:
    """Fixed where the lock is a static, or reached from the element itself; else any object's may be taken."""
    flow = removal.flow
    taken = next(
        (each for each in removal.locks.acquisitions if each.guard.lock == removal.guarded.lock), None
    )
    lock = _place_of(taken)
    element = root_of(flow, removal.element).place
    name = flow.entry.item.name
    if lock is None:
        return Owner(
            f"that the guard which `{name}` is given is of the object whose container this is", fixed=False
        )
    if lock.static:
        return Owner(f"`{lock.static}` is one lock", fixed=True)
    path = written(flow, lock)
    if element.is_prefix_of(lock):
        return Owner(f"`{name}` takes the lock that the element itself leads to, `{path}`", fixed=True)
    what = written(flow, element)
    return Owner(f"that `{path}` is the lock of the object whose container holds `{what}`", fixed=False)


def _place_of(taken: Acquisition | None) -> Place | None:
    return taken.root.place if taken is not None and taken.root is not None else None
