"""Findings that are known and are not shown again. Without line numbers: code above them may change."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from scrutineer.model.finding import Finding
from scrutineer.run.configuration import ConfigurationError


class _Known(msgspec.Struct, frozen=True):
    """One finding as a baseline keeps it: `id` decides, the rest is for people who read the file."""

    id: str
    rule: str
    path: str
    item: str
    message: str


class _Baseline(msgspec.Struct, frozen=True):
    schema: int
    findings: tuple[_Known, ...]


def read_baseline(path: str) -> frozenset[str]:
    """Ids of the findings that are known. Raises ConfigurationError."""
    try:
        return frozenset(
            known.id for known in msgspec.json.decode(Path(path).read_bytes(), type=_Baseline).findings
        )
    except OSError as error:
        raise ConfigurationError(f"baseline {path}: {error.strerror}; --write-baseline makes one") from None
    except msgspec.DecodeError as error:
        raise ConfigurationError(f"baseline {path}: {error}; --write-baseline makes a new one") from None


def write_baseline(path: str, findings: Iterable[Finding]) -> int:
    """Write the findings, one per line so that a diff shows them, and say how many. Raises ConfigurationError."""
    known = sorted((f.path, f.rule, f.id, f.item, f.message) for f in findings)
    records = [_Known(id_, rule, place, item, message) for place, rule, id_, item, message in known]
    lines = ",\n".join("  " + msgspec.json.encode(record).decode() for record in records)
    text = f'{{"schema": 1, "findings": [\n{lines}\n]}}\n'
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"baseline {path}: {error.strerror}") from None
    return len(records)
