"""Cargo's version requirements, as far as advisories use them (semver.org, and the Cargo book on dependencies)."""

from __future__ import annotations

import re

_VERSION = re.compile(r"(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z.-]+))?(?:\+\S*)?$")
_COMPARATOR = re.compile(r"\s*(<=|>=|<|>|=|\^|~)?\s*(\S+)\s*$")

Key = tuple[int, int, int, tuple[tuple[int, int, str], ...]]


def version_key(version: str) -> Key:
    """Sort key of a version: a pre-release comes before its release. Raises ValueError for no version."""
    found = _VERSION.match(version.strip())
    if found is None:
        raise ValueError(f"not a version: {version!r}")
    major, minor, patch = (int(part or 0) for part in found.group(1, 2, 3))
    return major, minor, patch, _pre_release(found[4])


def _pre_release(text: str | None) -> tuple[tuple[int, int, str], ...]:
    if text is None:
        return ((2, 0, ""),)
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in text.split("."))


def matches(requirement: str, version: str) -> bool:
    """Whether a version meets every comparator of a requirement such as `>= 1.2, < 2`."""
    return all(_meets(part, version_key(version)) for part in requirement.split(",") if part.strip())


def _meets(comparator: str, version: Key) -> bool:
    found = _COMPARATOR.match(comparator)
    if found is None:
        raise ValueError(f"not a version requirement: {comparator!r}")
    if found[2] == "*":
        return True
    sign, wanted = found[1] or "^", version_key(found[2].removesuffix(".*"))
    if found[2].endswith(".*"):
        return wanted <= version < _next(wanted, found[2].count(".") - 1)
    match sign:
        case "<":
            return version < wanted
        case "<=":
            return version <= wanted
        case ">":
            return version > wanted
        case ">=":
            return version >= wanted
        case "=":
            return version == wanted
        case "~":
            return wanted <= version < _next(wanted, 1 if found[2].count(".") else 0)
        case _:
            fixed = next((at for at in range(2) if wanted[at]), 2 if found[2].count(".") == 2 else 1)
            return wanted <= version < _next(wanted, fixed)


def _next(version: Key, at: int) -> Key:
    """The smallest version whose part `at` is one greater: its first pre-release."""
    parts = [part + 1 if index == at else part if index < at else 0 for index, part in enumerate(version[:3])]
    return parts[0], parts[1], parts[2], ()


def is_affected(version: str, patched: tuple[str, ...], unaffected: tuple[str, ...]) -> bool:
    """Whether an advisory with these ranges is about a version."""
    return not any(matches(requirement, version) for requirement in (*patched, *unaffected))
