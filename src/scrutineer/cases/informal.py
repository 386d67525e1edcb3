"""Contracts and invariants in ordinary comments and in macro arguments: no section, but written down all the same."""

from __future__ import annotations

import re
from functools import lru_cache

from scrutineer.cases.cases import Cases
from scrutineer.cases.objection import ClaimAt
from scrutineer.program.entries import TypeEntry
from scrutineer.syntax.lexer import blank_literals

_CONTRACT = re.compile(rb"\b(?:safety|callers?|must)\b", re.IGNORECASE)
_INVARIANT = re.compile(rb"\binvariants?\b", re.IGNORECASE)
_code = lru_cache(maxsize=4)(blank_literals)  # several functions of one file in a row
_END_OF_ITEM = (b";", b"}", b"{")


def asks_in_a_comment(cases: Cases, each: ClaimAt) -> bool:
    """Whether what stands above a claim's function asks something of the caller, in whatever form.

    `// # Safety` above a private function, `doc_comment!(concat!("# Safety …"), …)`, a `doc` attribute.
    """
    if each.function is None:
        return False
    text = cases.text(each.case.site.path)
    code = _code(text)
    name = each.function.item.name.removeprefix("r#").encode()
    heads = re.compile(rb"\bfn\s+(?:" + re.escape(name) + rb"\b|\$)")
    head = max((found.start() for found in heads.finditer(code, 0, each.testimony.span.start)), default=-1)
    if head < 0:
        return False
    above = max(code.rfind(mark, 0, head) for mark in _END_OF_ITEM)
    return _CONTRACT.search(text, above + 1, head) is not None


def speaks_of_invariants(cases: Cases, type_: TypeEntry) -> bool:
    """Whether a comment on a type or on one of its fields says what is invariant."""
    path = cases.flows.program.files[type_.file].path
    if "#" in path:
        return False
    text, span = cases.text(path), type_.item.span
    above = max(_code(text).rfind(mark, 0, span.start) for mark in _END_OF_ITEM)
    return _INVARIANT.search(text, above + 1, span.end) is not None
