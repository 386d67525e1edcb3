"""A bounded table from source text to the record that it gives."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")

_MOST = 20_000


class Memo(dict[bytes, T]):
    """Records by the text that wrote them; emptied when it grows too large, so a worker stays small."""

    def __setitem__(self, key: bytes, value: T) -> None:
        """Remember; texts of unusual length are not worth their memory."""
        if len(self) >= _MOST:
            self.clear()
        if len(key) <= 400:
            super().__setitem__(key, value)
