"""One build among all that `cfg` allows: what of a predicate is decided by options and by the target."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

_TOKEN = re.compile(r'[\w.]+\s*=\s*"[^"]*"|\w+|[(),]')
_OPTION = re.compile(r'([^\W\d]\w*)\s*(?:=\s*"?([^"]*?)"?)?')
_DENIED = re.compile(r"not\s*\((.*)\)")
_FAMILIES = ("unix", "windows")
_FAMILY = "target_family="
_OF_TARGETS = ("target_family", "target_has_atomic")  # some targets have no value of these


class UnknownBuildError(ValueError):
    """An option that is no condition, or a target that is not in the table; the message says which."""


class Build(msgspec.Struct, frozen=True):
    """Conditions that are known, as `name` or `key="value"`; a key of `closed` has the values in `holding` only."""

    holding: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()
    closed: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """Whether anything is known at all."""
        return bool(self.holding or self.denied)

    def holds(self, predicate: str) -> bool | None:
        """Whether a predicate as written holds in this build; None if it is not known. The empty one holds."""
        words = tokens(predicate)
        return next(self._read(iter(words)), None) if words else True

    def _read(self, words: Iterator[str]) -> Iterator[bool | None]:
        """Values of the predicates up to the closing parenthesis that belongs to none of them."""
        last: str | None = None
        for word in words:
            if word == "(":
                yield _combined(last or "", list(self._read(words)))
                last = None
            elif word in ",)":
                if last is not None:
                    yield self._known(last)
                last = None
                if word == ")":
                    return
            else:
                last = word
        if last is not None:
            yield self._known(last)

    def _known(self, condition: str) -> bool | None:
        if condition in self.holding or condition == "true":
            return True
        if condition in self.denied or condition == "false":
            return False
        key, _, value = condition.partition("=")
        return False if value and key in self.closed else None


def tokens(predicate: str) -> list[str]:
    """Words, parentheses and commas of a predicate; `key="value"` is one word, without blanks."""
    return [re.sub(r"\s*=\s*", "=", token) for token in _TOKEN.findall(predicate)]


def _combined(name: str, values: list[bool | None]) -> bool | None:
    match name:
        case "not" if len(values) == 1:
            return None if values[0] is None else not values[0]
        case "all":
            return False if False in values else None if None in values else True
        case "any":
            return True if True in values else None if None in values else False
    return None


def build_of(options: tuple[str, ...], target: str) -> Build:
    """The build that `--cfg` options and a target triple ("" for none) describe. Raises UnknownBuildError.

    An option is `name`, `key="value"`, or either inside `not(…)`. A key of which a value is given has the given
    values only; a name that is not given is not known.
    """
    holding, denied = set(_of_target(target)), set[str]()
    for option in options:
        negated = _DENIED.fullmatch(option.strip())
        (denied if negated else holding).add(_condition(negated[1] if negated else option))
    holding |= {_FAMILY + f'"{name}"' for name in _FAMILIES if name in holding}
    holding |= {name for name in _FAMILIES if _FAMILY + f'"{name}"' in holding}
    if target or holding & set(_FAMILIES):
        denied |= set(_FAMILIES) - holding
    if contradiction := holding & denied:
        raise UnknownBuildError(f"`{min(contradiction)}` cannot both hold and not hold")
    closed = {*_keys(holding), *(_OF_TARGETS if target else ())}
    return Build(frozenset(holding), frozenset(denied), frozenset(closed))


def _keys(conditions: set[str]) -> Iterator[str]:
    return (key for key, equals, _ in (condition.partition("=") for condition in conditions) if equals)


def _condition(option: str) -> str:
    found = _OPTION.fullmatch(option.strip())
    if found is None:
        raise UnknownBuildError(
            f'`{option}` is no condition; write NAME, KEY="VALUE" or not(…) around either'
        )
    return found[1] if found[2] is None else f'{found[1]}="{found[2]}"'


def _of_target(triple: str) -> list[str]:
    """Conditions that hold on a target, as rustc says (tools/target_table.py)."""
    if not triple:
        return []
    table: dict[str, list[str]] = json.loads(Path(__file__).with_name("targets.json").read_bytes())
    if triple not in table:
        near = difflib.get_close_matches(triple, table, n=3)
        hint = (
            f"did you mean {' or '.join(f'`{name}`' for name in near)}?"
            if near
            else "`rustc --print target-list` lists them"
        )
        raise UnknownBuildError(f"`{triple}` is no target that is known; {hint}")
    return table[triple]
