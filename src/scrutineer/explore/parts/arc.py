"""A reference counter as `Arc` has it: atomic, and the one who brings it to zero frees the object."""

from __future__ import annotations

from typing import Any

from scrutineer.explore.language.draft import Draft
from scrutineer.explore.language.words import atomic, contract


def counted(model: Draft, name: str, owners: int) -> None:
    """Declare the object `name` with so many owners. Cells: atomic `name.count`, ghost `name.freed`."""
    model.atomic(f"{name}.count", owners)
    model.ghost(f"{name}.freed")


@contract("an object is used only by those who own a count of it")
def use(arc: Any) -> None:
    """Look at the object: it must not have been freed."""
    with atomic:
        assert not arc.freed, "the object is used before it is freed"


def share(arc: Any) -> None:
    """`Arc::clone`: one more owner."""
    with atomic:
        assert not arc.freed, "the counter is used before the object is freed"
        arc.count += 1


@contract("every owner gives its count back exactly once")
def give_back(arc: Any) -> Any:
    """Drop an `Arc`: returns 1 to the one who freed the object."""
    with atomic:
        assert not arc.freed, "the object is freed once"
        arc.count -= 1
        last = arc.count == 0
        if last:
            arc.freed = 1
    return last
