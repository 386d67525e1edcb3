"""Crates whose functions are declarations of C functions, made from headers when the crate is built."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scrutineer.program.names import Names

_MODULES = frozenset({"bindings", "bindgen", "ffi", "sys", "raw", "native"})
_NAMES = frozenset({"bindings", "uapi", "libc", "windows_sys"})


def is_generated(crate: str) -> bool:
    """Whether a crate's name says that its functions are declarations of C functions."""
    return crate in _NAMES or crate.endswith("_sys")


def holds_declarations(module: str) -> bool:
    """Whether a module's name says that what it includes from the build are declarations of C functions."""
    return module in _MODULES or module.endswith(("_sys", "_ffi", "_bindings"))


def headers_of(names: Names, module: int) -> str:
    """The crate that the C functions are of which the build declares in a module; empty if it declares none."""
    if module == 0 and is_generated(names.root):
        return names.root
    return "bindings" if names.modules[module].generated else ""
