"""Crates whose functions are declarations of C functions, made from headers when the crate is built."""

from __future__ import annotations

_NAMES = frozenset({"bindings", "uapi", "libc", "windows_sys"})


def is_generated(crate: str) -> bool:
    """Whether a crate's name says that its functions are declarations of C functions."""
    return crate in _NAMES or crate.endswith("_sys")
