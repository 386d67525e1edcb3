"""Whether a named function of a crate is unsafe, holds unsafe code, or calls a function of its crate that does.

Names are compared, nothing is resolved: a callee is any function of the crate with the called name. So `calls` is
what may be, `holds` and `unsafe` are what stands in the source. Code made by macros is not seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import msgspec

from scrutineer.facts.read import read_file
from scrutineer.model.file import FileFacts
from scrutineer.syntax.parse import NotReadableError


class Touch(StrEnum):
    """How near a function is to unsafe code, nearest first."""

    UNSAFE = "is an unsafe fn"
    HOLDS = "holds unsafe code"
    CALLS = "calls, by name, a function of its crate that does"
    NEITHER = "neither"
    NOT_FOUND = "not found"


class NamedFunction(msgspec.Struct, frozen=True):
    """One function with a body: the last part of the path of what it belongs to, and what its body does."""

    name: str
    owner: str  # type, trait or module; empty at the crate's root
    unsafe: bool
    holds: bool
    calls: frozenset[str]


def crate_functions(root: Path) -> tuple[NamedFunction, ...]:
    """All functions of the Rust files below a folder; files that cannot be read are passed over."""
    return tuple(function for facts in _files(root) for function in _functions(facts))


def touch(functions: tuple[NamedFunction, ...], path: str) -> Touch:
    """The nearest answer of all functions that a path such as `crate::module::Type::method` may name.

    Those of the named owner, if it has one of that name; else all of that name, because paths often go through
    a re-export.
    """
    parts = path.removesuffix("()").split("::")
    name, owner = parts[-1].split("<")[0], parts[-2].split("<")[0] if len(parts) > 1 else ""
    same_name = [function for function in functions if function.name == name]
    named = [function for function in same_name if function.owner == owner] or same_name
    if not named:
        return Touch.NOT_FOUND
    near = _near(functions)
    found = {_touch(function, near) for function in named}
    return next(answer for answer in Touch if answer in found)


def touch_all(functions: tuple[NamedFunction, ...]) -> tuple[Touch, ...]:
    """The answer of each function: what a crate is like that an advisory picks a function from."""
    near = _near(functions)
    return tuple(_touch(function, near) for function in functions)


def _near(functions: tuple[NamedFunction, ...]) -> set[str]:
    return {function.name for function in functions if function.unsafe or function.holds}


def _touch(function: NamedFunction, near: set[str]) -> Touch:
    if function.unsafe:
        return Touch.UNSAFE
    if function.holds:
        return Touch.HOLDS
    return Touch.CALLS if function.calls & near else Touch.NEITHER


def _files(root: Path) -> Iterator[FileFacts]:
    for path in sorted(root.rglob("*.rs")):
        if path.is_symlink() or not path.is_file():
            continue
        try:
            yield read_file(path.relative_to(root).as_posix(), path.read_bytes(), lower=False)
        except NotReadableError:
            continue


def _functions(facts: FileFacts) -> Iterator[NamedFunction]:
    holding = {_outermost(facts, block.function) for block in facts.unsafe_blocks}
    for index, function in enumerate(facts.functions):
        if function.body_span is None or function.test or function.parent >= 0:
            continue
        yield NamedFunction(
            name=function.name,
            owner=function.scope.split("<")[0].rpartition("::")[2] or _module(facts.path),
            unsafe=function.unsafe,
            holds=index in holding,
            calls=frozenset(
                call.rpartition("::")[2].rpartition(".")[2] for call in facts.skeletons[index].calls
            ),
        )


def _outermost(facts: FileFacts, index: int) -> int:
    """The function that an inner function stands in, itself when it stands in none."""
    while index >= 0 and facts.functions[index].parent >= 0:
        index = facts.functions[index].parent
    return index


def _module(path: str) -> str:
    """The module a file is, by its name."""
    stem = Path(path).stem
    return Path(path).parent.name if stem == "mod" else "" if stem in ("lib", "main") else stem
