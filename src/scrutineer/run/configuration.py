"""`scrutineer.toml`, or `[package.metadata.scrutineer]` of Cargo.toml: what a project asks of its audits.

The nearest `scrutineer.toml` counts, from the audited folder up to the root of its repository; the tables of the
folder's own Cargo.toml count where there is none. Archives, published crates and single files bring no
configuration: what is audited must not say how.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from pathlib import Path

import msgspec

from scrutineer.model.target import Edition, Panic
from scrutineer.rules.audience import Persona
from scrutineer.run.options import FailOn
from scrutineer.syntax.build import UnknownBuildError, build_of

_NAME = "scrutineer.toml"
_TABLES = (("package", "metadata", "scrutineer"), ("workspace", "metadata", "scrutineer"))
_UNKNOWN = re.compile(r"unknown field `(.+?)`")
_AT = re.compile(r"(.*) - at `\$\.?(.*?)`$")


class ConfigurationError(Exception):
    """The configuration cannot be followed. The message names file and key."""


class Configuration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """Every key, each optional; the command line overrides them. `path` of a baseline is relative to the file."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    persona: Persona | None = None
    fail_on: FailOn | None = None
    baseline: str = ""
    cfg: tuple[str, ...] = ()
    target: str = ""
    edition: Edition | None = None
    panic: Panic | None = None


def configuration_for(word: str) -> Configuration:
    """The configuration of a target as the user named it. Raises ConfigurationError."""
    if not os.path.isdir(word):  # noqa: PTH112 - asked of every target at start-up
        return Configuration()
    folder = Path(os.path.realpath(word))
    for place in (folder, *folder.parents):
        if (place / _NAME).is_file():
            return load(place / _NAME)
        if (place / ".git").exists():
            break
    return _from_manifest(folder / "Cargo.toml")


def load(path: Path) -> Configuration:
    """Read a configuration file. Raises ConfigurationError."""
    return _checked(_tables(path), path, "")


def _from_manifest(path: Path) -> Configuration:
    if not path.is_file() or b"scrutineer" not in path.read_bytes():
        return Configuration()
    for names in _TABLES:
        found: object = _tables(path)
        for name in names:
            found = found.get(name) if isinstance(found, dict) else None
        if found is not None:
            return _checked(found, path, ".".join(names) + ".")
    return Configuration()


def _tables(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(f"{path}: not TOML: {error}") from None


def _checked(tables: object, path: Path, prefix: str) -> Configuration:
    try:
        found = msgspec.convert(tables, Configuration)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"{path}: {_explain(str(error), prefix)}") from None
    for key, conditions, target in (("cfg", found.cfg, ""), ("target", (), found.target)):
        try:
            build_of(conditions, target)
        except UnknownBuildError as error:
            raise ConfigurationError(f"{path}: key `{prefix}{key}`: {error}") from None
    if not found.baseline:
        return found
    return msgspec.structs.replace(found, baseline=str(path.parent / found.baseline))


def _explain(message: str, prefix: str) -> str:
    """Msgspec's message with the key in front, and the key that was probably meant."""
    unknown = _UNKNOWN.search(message)
    if unknown:
        keys = Configuration.__struct_encode_fields__
        near = difflib.get_close_matches(unknown[1], keys, n=1)
        hint = f"did you mean `{near[0]}`?" if near else f"the keys are {', '.join(keys)}"
        return f"unknown key `{prefix}{unknown[1]}`; {hint}"
    placed = _AT.match(message)
    return f"key `{prefix}{placed[2]}`: {placed[1]}" if placed else message
