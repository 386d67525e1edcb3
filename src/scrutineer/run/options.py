"""What one run is asked for, after command line and configuration are joined."""

from __future__ import annotations

import os
from typing import Literal

import msgspec

from scrutineer.rules.audience import Persona
from scrutineer.source.survey import Settings

FailOn = Literal["error", "warning", "note", "never"]


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What decides which findings a target has.

    `select` and `ignore` name rules or classes; `exclude` are globs of files to leave out, relative to the
    target. `cfg` are conditions and `target` a triple that narrow it to one build; without them all variants are read.
    """

    settings: Settings = Settings()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    cfg: tuple[str, ...] = ()
    target: str = ""
    cases: bool = False  # whether the report holds the safety case of each site


class Presentation(msgspec.Struct, frozen=True, kw_only=True):
    """What decides which findings are shown, and which of these make the command fail.

    `baseline` is the path of a file with findings that are known, "" for none.
    """

    persona: Persona = "regular"
    fail_on: FailOn = "warning"
    baseline: str = ""


class Question(msgspec.Struct, frozen=True):
    """A target as the user named it, and how to audit it. `revision` is one of git; "" means what is there."""

    word: str
    options: Options = Options()
    presentation: Presentation = Presentation()
    revision: str = ""


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """What only decides how fast it goes: the folder of the cache ("" for none), and how many processes."""

    cache: str = ""
    processes: int = 1


def usable_processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def default_cache() -> str:
    """Where the cache lies: `$XDG_CACHE_HOME/scrutineer`, else `~/.cache/scrutineer`."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(base):  # noqa: PTH117 - the specification says to ignore relative ones; pathlib is slow here
        base = os.path.join(os.path.expanduser("~"), ".cache")  # noqa: PTH111, PTH118 - start-up time
    return os.path.join(base, "scrutineer")  # noqa: PTH118 - start-up time
