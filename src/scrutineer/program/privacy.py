"""Which modules may name what: Rust's visibility, counted in modules of one crate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from scrutineer.program.entries import Module

if TYPE_CHECKING:
    from scrutineer.program.names import Names


def is_visible(names: Names, visibility: str, owner: int, viewer: int) -> bool:
    """Whether something of that visibility, declared in `owner`, can be named in `viewer`."""
    if visibility.startswith(("pub", "crate")):
        return True
    modules = names.modules
    within = _named(modules, owner)
    if visibility.startswith("super"):
        within = _named(modules, modules[within].parent) if within else within
    elif visibility.startswith("in "):
        found = names.resolve(visibility.removeprefix("in ").strip(), owner)
        if found.kind != "module" or found.index < 0:
            return True
        within = found.index
    return is_inside(modules, viewer, within)


def is_inside(modules: Sequence[Module], module: int, outer: int) -> bool:
    """Whether a module is another, or lies within it."""
    while module >= 0:
        if module == outer:
            return True
        module = modules[module].parent
    return False


def _named(modules: Sequence[Module], module: int) -> int:
    """The module that the inside of a function belongs to."""
    while module > 0 and modules[module].block:
        module = modules[module].parent
    return module
