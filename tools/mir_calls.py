"""Calls in rustc's MIR text: who is called, where it is written, whether it is unsafe.

The text is of `rustc --emit=mir -Zmir-include-spans=on -Zmir-opt-level=0 -Ztrim-diagnostic-paths=no`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_CALL = re.compile(
    r"^\s+(?:\S.*? = )?(.+?) -> (?:\[|unwind).*; +// scope \d+ at (\S.*?):(\d+):(\d+): (\d+):(\d+)$"
)
_UNSAFE = re.compile(r"\+ const_: Const \{ ty: (?:for<[^>]*> )?unsafe ")
_FAMILIES = {"[": "slice", "*": "pointer", "&": "reference", "(": "tuple"}


class MirCall(NamedTuple):
    """One call: `owner` is the trait, the type or the last module that `name` belongs to, all without arguments."""

    path: str
    start: tuple[int, int]
    end: tuple[int, int]
    owner: str
    name: str
    crate: str
    unsafe: bool
    text: str


def calls_of(text: str) -> Iterator[MirCall]:
    """All calls of functions; of closures and pointers through the `Fn` traits too."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        found = _CALL.match(line)
        if found is None or line.lstrip().startswith(("switchInt", "drop(", "assert(", "goto")):
            continue
        callee = _without_arguments(found[1])
        if callee.startswith(("move ", "copy ", "_", "(")):
            callee = "FnPointer::call"
        unsafe = any(_UNSAFE.search(each) for each in lines[number + 1 : number + 6] if "//" in each[:60])
        owner, name, crate = split_callee(callee)
        span = (int(found[3]), int(found[4])), (int(found[5]), int(found[6]))
        yield MirCall(found[2], *span, owner, name, crate, unsafe, callee)


def _without_arguments(text: str) -> str:
    """The callee of `callee(arguments)`: cut at the parenthesis that the last one closes."""
    depth = 0
    for at in range(len(text) - 1, -1, -1):
        if text[at] == ")":
            depth += 1
        elif text[at] == "(":
            depth -= 1
            if depth == 0:
                return text[:at]
    return text


def split_callee(callee: str) -> tuple[str, str, str]:
    """Owner, name and crate of a callee's path."""
    if callee.startswith("<"):
        inside, rest = _angle(callee)
        name = _bare(rest.removeprefix("::")).rpartition("::")[2]
        subject, as_, trait = _split_as(inside)
        if as_:
            return _bare(trait).rpartition("::")[2], name, _crate(_bare(trait))
        return head_of(subject), name, _crate(subject)
    impl = _impl_start(callee)
    if impl >= 0:
        inside, rest = _angle(callee[impl:])
        *outer, name = [part for part in _bare(rest).split("::") if part]
        return outer[-1] if outer else head_of(inside.removeprefix("impl ")), name, _crate(callee)
    parts = _bare(callee).split("::")
    return (parts[-2] if len(parts) > 1 else ""), parts[-1], _crate(callee)


def _impl_start(callee: str) -> int:
    """Where `<impl Type>` begins outside any arguments; -1 if nowhere."""
    depth = 0
    for at, char in enumerate(callee):
        if char == "<":
            outer = callee[:at].removesuffix("::").rpartition("::")[2]
            if depth == 0 and callee.startswith("<impl ", at) and not outer[:1].isupper():
                return at if _angle(callee[at:])[1] else -1
            depth += 1
        elif char == ">" and callee[at - 1] != "-":
            depth -= 1
    return -1


def head_of(type_: str) -> str:
    """Last segment of a type's path, or its family."""
    type_ = type_.strip().removeprefix("dyn ")
    if type_[:1] == "[" and ";" in _bare(type_):
        return "array"
    if type_[:1] in _FAMILIES:
        return _FAMILIES[type_[0]]
    return _bare(type_).rpartition("::")[2]


def _crate(path: str) -> str:
    return path.lstrip("<&").partition("::")[0]


def _angle(text: str) -> tuple[str, str]:
    """What the first `<` encloses, and what follows it."""
    depth = 0
    for at, char in enumerate(text):
        if char == "<":
            depth += 1
        elif char == ">" and text[at - 1] != "-":
            depth -= 1
            if depth == 0:
                return text[1:at], text[at + 1 :]
    return text[1:], ""


def _split_as(text: str) -> tuple[str, str, str]:
    """`T as Trait` at the outermost level."""
    depth = 0
    for at, char in enumerate(text):
        if char in "<([{":
            depth += 1
        elif char in ")]}" or (char == ">" and text[at - 1] != "-"):
            depth -= 1
        elif depth == 0 and text.startswith(" as ", at):
            return text[:at], " as ", text[at + 4 :]
    return text, "", ""


def _bare(path: str) -> str:
    """A path without generic arguments."""
    out: list[str] = []
    depth = 0
    for at, char in enumerate(path):
        if char == "<":
            depth += 1
        elif char == ">" and path[at - 1] != "-":
            depth -= 1
        elif depth == 0:
            out.append(char)
    return "::".join(part for part in "".join(out).split("::") if part)
