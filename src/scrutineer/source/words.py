"""What a word of the command line can be, told by its form alone."""

from __future__ import annotations

import re

ARCHIVES = (".crate", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.zst", ".tar", ".zip")
_CRATE = re.compile(
    r"([A-Za-z][A-Za-z0-9_-]{0,63})(?:@(\d+(?:\.\d+){2}(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?))?"
)


def is_archive(name: str) -> bool:
    """Whether the file's name is one of an archive that can be read."""
    return name.endswith(ARCHIVES)


def stem(archive: str) -> str:
    """Name of an archive without its ending."""
    return archive.removesuffix(next(ending for ending in ARCHIVES if archive.endswith(ending)))


def crate(word: str) -> tuple[str, str] | None:
    """Name and version ("" for the newest) of `name@version` or `name`; None if it is neither."""
    match = _CRATE.fullmatch(word)
    return (match[1], match[2] or "") if match else None
