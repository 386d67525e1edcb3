"""Hashes of code that stay the same when only comments or layout change."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from scrutineer.syntax.lexer import normalised

_TRAILING_COMMA = re.compile(rb",([)\]}>])")


def text_digest(text: bytes) -> str:
    """Hash of one item's text without comments, whitespace and the commas that breaking a line adds."""
    return _hash([_TRAILING_COMMA.sub(rb"\1", normalised(text))])


def joint_digest(digests: Iterable[str]) -> str:
    """Hash over the hashes of several items, in the order given."""
    return _hash(digest.encode() for digest in digests)


def _hash(parts: Iterable[bytes]) -> str:
    found = hashlib.blake2b(digest_size=8)
    for part in parts:
        found.update(part + b"\0")
    return found.hexdigest()
