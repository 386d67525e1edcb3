"""Which language a fix is written in, judged by the files it changes."""

from __future__ import annotations

import re
from enum import StrEnum

_RUST_TITLE = re.compile(r"\brust(?![a-z])|rust_", re.IGNORECASE)
_OUTSIDE = ("Documentation/", "samples/", "scripts/", "tools/", "usr/")


class Language(StrEnum):
    """The language of a record's fix."""

    RUST = "rust"
    C = "c"
    BOTH = "both"
    RUST_ADJACENT = "rust-adjacent"
    """No `.rs` file, but a file of the kernel's `rust/` folder, or a title that names Rust."""
    NEITHER = "neither"
    """Assembly, build files, device trees, documentation."""


def path_language(path: str) -> Language:
    """Rust for `.rs`, C for `.c` and `.h`, else neither."""
    if path.endswith(".rs"):
        return Language.RUST
    return Language.C if path.endswith((".c", ".h")) else Language.NEITHER


def fix_language(paths: tuple[str, ...], title: str) -> Language:
    """The language of a fix that changes `paths`.

    Rust-adjacent takes precedence over C: such a fix is counted with neither language, and listed.
    """
    languages = {path_language(path) for path in paths}
    if Language.RUST in languages:
        return Language.BOTH if Language.C in languages else Language.RUST
    if any(path.startswith("rust/") for path in paths) or _RUST_TITLE.search(title):
        return Language.RUST_ADJACENT
    return Language.C if Language.C in languages else Language.NEITHER


def is_kernel_code(paths: tuple[str, ...]) -> bool:
    """Whether the fix changes what runs in the kernel, not only tools, samples or documentation."""
    return any(not path.startswith(_OUTSIDE) for path in paths)


def folder_of(path: str, depth: int = 4) -> str:
    """The folder that holds a file, cut to `depth` parts: the unit by which code size is known."""
    return "/".join(path.split("/")[:-1][:depth])


def main_folder(paths: tuple[str, ...], language: Language) -> str:
    """The folder with most of the fix's files of its own language; of equals, the first by name."""
    own = [path for path in paths if path_language(path) == language] or list(paths)
    folders = [folder_of(path) for path in own if not path.endswith(".h")] or [
        folder_of(path) for path in own
    ]
    return min(set(folders), key=lambda folder: (-folders.count(folder), folder)) if folders else ""
