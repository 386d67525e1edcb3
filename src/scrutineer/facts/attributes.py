"""Attributes: what they are called, what they demand of the configuration, whether they mark a test."""

from __future__ import annotations

import re
from typing import NamedTuple

from scrutineer.facts.memo import Memo
from scrutineer.model.items import Attribute
from scrutineer.model.span import Span

_ATTRIBUTE = re.compile(
    rb"#\s*!?\s*\[\s*(unsafe\s*\(\s*)?([\w:\s$]*\w)\s*(?:\((?P<list>[\s\S]*)\)|=\s*(?P<value>[\s\S]*?))?\s*\]\s*$"
)
_TEST_NAMES = frozenset({"test", "loom", "kani", "miri", "doctest"})
_TEST_ATTRIBUTES = frozenset(
    {"test", "bench", "kani::proof", "loom::test", "test_case", "rstest", "quickcheck"}
)


class _Read(NamedTuple):
    path: str
    arguments: str
    unsafe: bool


_memo: Memo[_Read] = Memo()


def read_attribute(text: bytes, start: int, end: int) -> Attribute:
    """The attribute written in a span; one that makes no sense has an empty path."""
    key = text[start:end]
    found = _memo.get(key)
    if found is None:
        found = _memo[key] = _read(key)
    return Attribute(found.path, found.arguments, Span(start, end), found.unsafe)


def _read(written: bytes) -> _Read:
    match = _ATTRIBUTE.match(written)
    if match is None:
        return _Read("", written.decode("utf-8", "replace"), False)
    unsafe = match[1] is not None
    path = "".join(match[2].decode("utf-8", "replace").split())
    arguments = (match["list"] or match["value"] or b"").decode("utf-8", "replace").strip()
    if path == "unsafe" and match["list"] is not None:
        inner = _read(b"#[" + match["list"] + b"]")
        return inner._replace(unsafe=True)
    if unsafe and match["list"] is None:
        arguments = arguments.removesuffix(")").strip()
    unsafe = unsafe or (path == "cfg_attr" and re.search(r"\bunsafe\s*\(", arguments) is not None)
    return _Read(path, arguments, unsafe)


def conjoin(outer: str, own: str) -> str:
    """Both predicates as one, flat: `all(a, b)`."""
    if not outer or outer == own:
        return own
    if not own:
        return outer
    return f"all({', '.join((*_parts(outer), *_parts(own)))})"


def _parts(predicate: str) -> list[str]:
    """What an `all(…)` joins, or the predicate itself."""
    whole = re.fullmatch(r"all\s*\((.*)\)", predicate, re.DOTALL)
    return _split(whole[1]) if whole else [predicate]


def predicate_of(attributes: tuple[Attribute, ...] | list[Attribute]) -> str:
    """The conjunction of the `cfg` attributes among them."""
    result = ""
    for attribute in attributes:
        if attribute.path == "cfg":
            result = conjoin(result, " ".join(attribute.arguments.split()).removesuffix(","))
    return result


def is_test_predicate(predicate: str) -> bool:
    """Whether a predicate can only hold under test, loom, kani, miri or doctest."""
    return _mentions_test(predicate) and _implies_test(predicate)


def _mentions_test(predicate: str) -> bool:
    return any(name in predicate for name in _TEST_NAMES)


def _implies_test(predicate: str) -> bool:
    head, _, rest = predicate.strip().partition("(")
    if not rest:
        return head in _TEST_NAMES
    parts = _split(rest.rpartition(")")[0])
    match head.strip():
        case "all":
            return any(map(_implies_test, parts))
        case "any":
            return bool(parts) and all(map(_implies_test, parts))
    return False


def _split(arguments: str) -> list[str]:
    """Cut at the commas that stand in no parentheses and no string."""
    parts, depth, quoted = [""], 0, False
    for character in arguments:
        quoted ^= character == '"'
        depth += 0 if quoted else (character == "(") - (character == ")")
        if character == "," and depth == 0 and not quoted:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts if part.strip()]


def marks_test(attributes: tuple[Attribute, ...] | list[Attribute]) -> bool:
    """Whether attributes make an item a test or benchmark: `#[test]`, `#[tokio::test]`, `#[bench]`."""
    return any(one.path in _TEST_ATTRIBUTES or one.path.endswith("::test") for one in attributes)
