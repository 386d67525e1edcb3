"""Show the main job: the driver under `examples/`, and a published crate before and after the fix of a real bug.

The second part needs cargo and a registry; without them it says so and the demonstration ends well.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import msgspec

ROOT = Path(__file__).parent.parent
TOOL = Path(sys.executable).parent / "scrutineer"
VULNERABLE, FIXED = (
    "lazy-init@0.4.0",
    "lazy-init@0.5.0",
)  # RUSTSEC-2021-0004: shared between threads whatever it holds
NOTHING, FINDINGS = 0, 1  # exit statuses that are answers
WIDTH = 58


class Place(msgspec.Struct):
    """A position."""

    line: int


class Found(msgspec.Struct):
    """As much of a finding as is shown."""

    id: str
    rule: str
    level: str
    path: str
    start: Place
    message: str

    def lines(self) -> list[str]:
        """How it is shown."""
        return [f"{self.level}[{self.rule}]", f"  {self.path}:{self.start.line}", f"  {self.message}", ""]


class Report(msgspec.Struct):
    """As much of a report as is shown."""

    findings: list[Found]


def main() -> int:
    """Run both parts; returns the exit status."""
    print("A driver with a bug that no compiler sees\n\n$ scrutineer audit examples/driver\n", flush=True)
    status = subprocess.run([TOOL, "audit", "examples/driver"], cwd=ROOT, check=False).returncode
    if status not in {NOTHING, FINDINGS}:
        return status
    print(
        f"\n\nA published crate, vulnerable and fixed\n\n$ scrutineer audit {VULNERABLE}   # and {FIXED}\n",
        flush=True,
    )
    if shutil.which("cargo") is None:
        print("(left out: published crates are fetched by cargo, which is not installed here)")
        return 0
    before, after = audit(VULNERABLE), audit(FIXED)
    if before is None or after is None:
        print("(left out: cargo could not fetch it here)")
        return 0
    side_by_side(column(VULNERABLE, before), column(FIXED, after))
    return 0


def audit(crate: str) -> Report | None:
    """The report on a published crate; None if it cannot be had."""
    words = [TOOL, "audit", crate, "--format", "json"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, check=False)
    if done.returncode not in {NOTHING, FINDINGS}:
        print(done.stderr.decode(errors="replace").strip())
        return None
    return msgspec.json.decode(done.stdout, type=Report)


def column(title: str, report: Report) -> list[str]:
    """One side."""
    lines = [line for finding in report.findings for line in finding.lines()]
    return [title, "-" * len(title), *(lines or ["no findings"])]


def side_by_side(left: list[str], right: list[str]) -> None:
    """Print two columns; long lines are cut."""
    for at in range(max(len(left), len(right))):
        first, second = (side[at] if at < len(side) else "" for side in (left, right))
        print(f"{first[:WIDTH]:<{WIDTH}} | {second[:WIDTH]}".rstrip())


if __name__ == "__main__":
    sys.exit(main())
