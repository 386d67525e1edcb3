"""A definition as another place sees it: through a crate's name, or through a `use` under a predicate."""

from __future__ import annotations

from scrutineer.program.cfg import conjunction
from scrutineer.program.entries import Definition


def of_crate(found: Definition, crate: str) -> Definition:
    """A definition that a crate gives, as those see it who know that crate under this name."""
    if not crate or found.crate == "std" or found.kind in ("primitive", "external"):
        return found
    inner = f"{crate}/{found.crate}" if found.crate else crate
    return Definition(found.kind, found.path, inner, found.index, found.cfg, found.rest)


def under(found: Definition, cfg: str) -> Definition:
    """A definition as a `use` under a predicate gives it."""
    if not cfg:
        return found
    both = conjunction(found.cfg, cfg)
    return Definition(found.kind, found.path, found.crate, found.index, both, found.rest)
