"""Whether a tool of Rust is there and works: with another HOME, rustup's stand-ins are found but know no toolchain."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache


@cache
def works(tool: str) -> bool:
    """Whether the tool is installed and tells its version."""
    found = shutil.which(tool)
    return (
        found is not None
        and not subprocess.run([found, "--version"], capture_output=True, check=False).returncode
    )
