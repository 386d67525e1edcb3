"""Run the installed command as a user does, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

TOOL = str(Path(sys.executable).parent / "scrutineer")


class Done(NamedTuple):
    status: int
    out: str
    err: str

    @property
    def report(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found


def scrutineer(
    *words: str | Path, folder: Path, cache: bool = False, environment: dict[str, str] | None = None
) -> Done:
    options = [] if cache or words[0] not in {"audit", "inventory"} else ["--no-cache"]
    done = subprocess.run(
        [TOOL, *map(str, words), *options],
        cwd=folder,
        env={**os.environ, "XDG_CACHE_HOME": str(folder / ".cache"), **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return Done(done.returncode, done.stdout, done.stderr)
