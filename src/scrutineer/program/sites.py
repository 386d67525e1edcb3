"""Unsafe sites of a crate: which candidate operations are unsafe, decided with types."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from scrutineer.model.items import Attribute, Item, UnsafeBlock
from scrutineer.model.site import Site, SiteId, SiteKind
from scrutineer.model.span import Location, Span
from scrutineer.program.entries import AnyEntry
from scrutineer.program.operations import BodyOperations, Decision
from scrutineer.program.paths import canonical_path
from scrutineer.program.twins import block_twin, function_twin, written_span

if TYPE_CHECKING:
    from scrutineer.model.file import FileFacts
    from scrutineer.program.program import Program

_BARE_ATTRIBUTES = ("no_mangle", "export_name", "link_section")


class Found(msgspec.Struct, frozen=True):
    """A site before it gets its ordinal."""

    item: str
    kind: SiteKind
    span: Span
    decision: Decision
    text: str
    file: int
    function: int = -1
    unsafe_block: int = -1
    test: bool = False


def sites(program: Program) -> Iterator[Site]:
    """All unsafe sites of a crate, file by file in source order.

    Operations in `unsafe` blocks, those in unsafe functions outside any block, `unsafe impl`s and unsafe
    attributes. An operation that may be safe (its callee is unknown) is a site with `certain` unset; one known
    to be safe is none.
    """
    for number, facts in enumerate(program.files[: program.written]):
        found = sorted(_of_file(program, number, facts), key=lambda each: (each.span, each.kind))
        counts: Counter[tuple[str, SiteKind]] = Counter()
        for each in found:
            ordinal = counts[each.item, each.kind]
            counts[each.item, each.kind] += 1
            yield _site(facts, each, ordinal)


def _site(facts: FileFacts, found: Found, ordinal: int) -> Site:
    lines = facts.lines
    decision = found.decision
    return Site(
        id=SiteId(found.item, found.kind, ordinal),
        location=Location(facts.path, lines.position(found.span.start), lines.position(found.span.end)),
        span=found.span,
        certain=decision.unsafe == "yes",
        callee=decision.callee,
        text=found.text,
        path=facts.path,
        function=found.function,
        closure=decision.closure,
        block=decision.block,
        operation=decision.operation,
        unsafe_block=found.unsafe_block,
        test=found.test,
    )


def _of_file(program: Program, number: int, facts: FileFacts) -> Iterator[Found]:
    for position, block in enumerate(facts.unsafe_blocks):
        yield from _of_block(program, number, position, block)
    start = program.start(number, "functions")
    for offset, function in enumerate(facts.functions):
        if function.unsafe and function.body_span is not None:
            yield from _of_unsafe_function(program, number, start + offset)
    for impl in facts.impls:
        if impl.unsafe:
            yield Found(impl.name, "impl", impl.name_span, Decision("yes"), impl.name, number, test=impl.test)
    yield from _attributes(program, number)


def _of_block(program: Program, number: int, position: int, block: UnsafeBlock) -> Iterator[Found]:
    start = program.start(number, "functions")
    item = _item_of_block(program, number, block, start + block.function if block.function >= 0 else -1)
    file, at = block_twin(program, number, block) or (number, position)
    known = program.files[file].unsafe_blocks[at]
    function = program.start(file, "functions") + known.function if known.function >= 0 else -1
    operations = BodyOperations.of_block(program, file, at, function)
    decided = [(candidate, *operations.decide(candidate)) for candidate in known.candidates]
    certain = any(decision.unsafe == "yes" for _, _, decision in decided)
    found = [
        (candidate.span, candidate.text, kind, decision)
        for candidate, kind, decision in decided
        if decision.unsafe != "no" and not (kind == "union" and decision.unsafe == "unknown" and certain)
    ]  # without a field of a C struct beside a certain reason for the block
    named = frozenset(candidate.text for candidate in known.candidates if candidate.kind == "static")
    statics = operations.hidden_statics(named)
    found += [(span, text, "static", decision) for span, text, decision in statics]
    for span, text, kind, decision in found:
        written, place = written_span(program, file, span)
        if written == number and block.span.covers(place):
            yield Found(item, kind, place, decision, text, number, function, position, block.test)


def _item_of_block(program: Program, number: int, block: UnsafeBlock, function: int) -> str:
    if function >= 0:
        return canonical_path(program, program.functions[function])
    start = program.start(number, "values")
    for offset, value in enumerate(program.files[number].values):
        if value.span.covers(block.span):
            return canonical_path(program, program.values[start + offset])
    return program.modules[program.tree.scopes[number][""]].path


def _of_unsafe_function(program: Program, number: int, function: int) -> Iterator[Found]:
    """Operations outside any block in an unsafe function; where Rust wants blocks there, unknown ones are safe."""
    entry = program.functions[function]
    path = canonical_path(program, entry)
    twin = function_twin(program, number, entry.item)
    known = entry if twin is None else program.function_of(*twin)
    operations = BodyOperations.of_function(program, known.index)
    strict = program.unit.edition == "2024" or operations.has_blocks
    for candidate in known.item.candidates:
        kind, decision = operations.decide(candidate)
        written, place = written_span(program, known.file, candidate.span)
        inside = written == number and entry.item.span.covers(place)
        if inside and (decision.unsafe == "yes" or (decision.unsafe == "unknown" and not strict)):
            yield Found(
                path, kind, place, decision, candidate.text, number, known.index, test=entry.item.test
            )


def _attributes(program: Program, number: int) -> Iterator[Found]:
    facts = program.files[number]
    functions, values = program.start(number, "functions"), program.start(number, "values")
    entries: list[AnyEntry] = [
        *program.functions[functions : functions + len(facts.functions)],
        *program.values[values : values + len(facts.values)],
    ]
    for entry in entries:
        item: Item = entry.item
        for attribute in item.attributes:
            if _is_unsafe(attribute):
                decision = Decision("yes", attribute.path)
                path = canonical_path(program, entry)
                yield Found(
                    path, "attribute", attribute.span, decision, attribute.path, number, test=item.test
                )


def _is_unsafe(attribute: Attribute) -> bool:
    return attribute.unsafe or attribute.path in _BARE_ATTRIBUTES
