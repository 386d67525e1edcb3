"""RustSec's advisories: Markdown with a TOML head."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from pathlib import Path

import msgspec

from scrutineer.records.archive import Malformed, read_source
from scrutineer.records.rustsec.versions import matches

_HEAD = re.compile(r"\A```toml\n(.*?)\n```\s*\n(.*)\Z", re.DOTALL)
_TITLE = re.compile(r"^# +(.+)$", re.MULTILINE)
_FILE = re.compile(r"(?:^|/)(?:RUSTSEC|CVE)-\d{4}-\d{4,7}\.md$")


class _Main(msgspec.Struct, frozen=True):
    id: str
    package: str
    date: dt.date
    categories: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    informational: str | None = None
    withdrawn: dt.date | None = None


class _Versions(msgspec.Struct, frozen=True):
    patched: tuple[str, ...] = ()
    unaffected: tuple[str, ...] = ()


class _Affected(msgspec.Struct, frozen=True):
    functions: dict[str, tuple[str, ...]] = {}


class _Head(msgspec.Struct, frozen=True):
    advisory: _Main
    versions: _Versions = _Versions()
    affected: _Affected = _Affected()


class Advisory(msgspec.Struct, frozen=True):
    """One advisory. `functions` maps a path to the version requirements it is affected in."""

    id: str
    package: str
    date: dt.date
    categories: tuple[str, ...]
    informational: str | None  # unsound, unmaintained, notice
    withdrawn: bool
    title: str
    text: str
    functions: dict[str, tuple[str, ...]]
    patched: tuple[str, ...]
    unaffected: tuple[str, ...]


class Advisories(msgspec.Struct, frozen=True):
    """All that a source holds, by number, and what in it could not be read."""

    read: tuple[Advisory, ...]
    malformed: tuple[Malformed, ...]


def read_advisories(source: Path) -> Advisories:
    """Read a checkout, a folder or an archive of the advisory database."""
    read, malformed = [], []
    for item in read_source(source, lambda path: _FILE.search(path) is not None):
        if isinstance(item, Malformed):
            malformed.append(item)
            continue
        try:
            read.append(parse_advisory(item.data.decode("utf-8")))
        except ValueError as error:
            malformed.append(Malformed(item.path, str(error)))
    return Advisories(tuple(sorted(read, key=lambda one: one.id)), tuple(malformed))


def parse_advisory(text: str) -> Advisory:
    """Read one advisory; raises ValueError saying what is wrong (TOML's and msgspec's errors are ones)."""
    found = _HEAD.match(text.replace("\r\n", "\n"))
    if found is None:
        raise ValueError("does not begin with a TOML block")
    head = msgspec.convert(tomllib.loads(found[1]), _Head, strict=False)
    ranges = (head.versions.patched, head.versions.unaffected, *head.affected.functions.values())
    for requirement in (one for part in ranges for one in part):
        matches(requirement, "0.0.0")  # says which requirement is none
    main, title = head.advisory, _TITLE.search(found[2])
    return Advisory(
        id=main.id,
        package=main.package,
        date=main.date,
        categories=main.categories,
        informational=main.informational,
        withdrawn=main.withdrawn is not None,
        title=title[1] if title else "",
        text=found[2],
        functions=head.affected.functions,
        patched=head.versions.patched,
        unaffected=head.versions.unaffected,
    )
