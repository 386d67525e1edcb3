"""When each number was first published, from the commit history of a checkout of the kernel's vulns repository."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from scrutineer.records.errors import RecordsError
from scrutineer.records.tables import PublicationRow
from scrutineer.source.git import run

_LOG = (
    "log", "--reverse", "--no-merges", "--no-renames", "--diff-filter=A", "--name-only", "--format=%x01%ct",
    "--no-show-signature", "--no-ext-diff", "--no-textconv", "HEAD", "--", "cve/published", "cve/rejected",
)  # fmt: skip
_PATH = re.compile(r"cve/(?:published|rejected)/\d{4}/(CVE-\d{4}-\d{4,7})\.(?:json|sha1)$")


def is_checkout(source: Path) -> bool:
    """Whether the source is a git checkout laid out like the vulns repository."""
    return (source / ".git").exists() and (source / "cve").is_dir()


def read_history(checkout: Path) -> tuple[PublicationRow, ...]:
    """One row per number that was ever published or rejected, by the commit that first added its record.

    Rejected today means that its record stands below `cve/rejected`. Raises RecordsError when git cannot tell: of
    a shallow clone the history would give wrong days.
    """
    if (checkout / ".git" / "shallow").exists():
        raise RecordsError(
            f"{checkout}: a shallow clone does not hold the days of publication; give `--published CSV`"
        )
    output, error = run(str(checkout), *_LOG)
    if error:
        raise RecordsError(f"{checkout}: git cannot read its history: {error}; give `--published CSV`")
    first: dict[str, int] = {}
    when = 0
    for line in output.decode("utf-8", errors="replace").splitlines():
        found = _PATH.match(line)
        if line.startswith("\x01"):
            when = int(line[1:])
        elif found and found[1] not in first:
            first[found[1]] = when
    rejected = {path.stem for path in checkout.glob("cve/rejected/*/CVE-*")}
    return tuple(
        PublicationRow(
            cve,
            datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "rejected" if cve in rejected else "published",
        )
        for cve, seconds in sorted(first.items())
    )
