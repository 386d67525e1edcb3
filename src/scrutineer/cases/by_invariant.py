"""What a type's documented `# Invariants` say of the field that the site uses."""

from __future__ import annotations

import re

from scrutineer.cases.question import Question
from scrutineer.contracts.properties import properties_of
from scrutineer.model.body import Place
from scrutineer.model.case import Evidence
from scrutineer.model.contract import Property
from scrutineer.model.span import Location
from scrutineer.model.types import TypeRef
from scrutineer.program.entries import TypeEntry
from scrutineer.program.program import Program

_HEADING = re.compile(r"^[ \t]*#{1,6}[ \t]*(?:type )?invariants?\b[^\n]*$", re.IGNORECASE | re.MULTILINE)
_NEXT = re.compile(r"^[ \t]*#{1,6}[ \t]+\w", re.MULTILINE)
_CODE = re.compile(r"`([^`\n]+)`")
_WORD = re.compile(r"\w+")
_VALID: frozenset[Property] = frozenset(
    ("allocated", "in-bounds", "non-null", "aligned", "initialised", "alive", "valid-value", "valid")
)


def invariants_of(entry: TypeEntry) -> str:
    """Text of a type's `# Invariants` section; empty where it has none."""
    heading = _HEADING.search(entry.item.doc)
    if heading is None:
        return ""
    after = _NEXT.search(entry.item.doc, heading.end())
    return entry.item.doc[heading.end() : after.start() if after else len(entry.item.doc)].strip()


def speaks_of(section: str, entry: TypeEntry, field: str) -> str:
    """The sentence or bullet of an invariants section that is about a field; empty where none is.

    The only field of a tuple struct is also what "the pointer" or "the inner value" mean.
    """
    parts = re.split(r"\n\s*[-*]\s+|(?<=[.;])\s+(?=[A-Z`])|\n\s*\n", section)
    named = [part for part in parts if any(field in _WORD.findall(code) for code in _CODE.findall(part))]
    if named:
        return " ".join(named[0].split())
    only = [each for each in entry.item.fields if "PhantomData" not in str(each.type)]
    alone = len(only) == 1 and only[0].name == field
    return " ".join(parts[0].split()) if alone and section else ""


def by_invariant(question: Question) -> Evidence | None:
    """A type's documented invariants promise it for the field that the pointer was read from."""
    root = question.origin.root
    if root is None or not any(step[0] == "." for step in root.steps) or question.origin.offset:
        return None
    program = question.flow.program
    for length in range(len(root.steps), 0, -1):
        step = root.steps[length - 1]
        if step[0] != ".":
            continue
        before = question.flow.type_of(Place(root.local, root.steps[: length - 1], root.static))
        found = _declaring(program, question, before, step[1:])
        if found is None:
            continue
        sentence = speaks_of(invariants_of(found[1]), found[1], step[1:])
        if sentence and _promises(sentence, question.wanted.property):
            return _evidence(found, sentence)
    return None


def _declaring(
    program: Program, question: Question, type_: TypeRef, field: str
) -> tuple[Program, TypeEntry] | None:
    """The declaration of the type behind a place that has a field of that name."""
    for seen in question.flow.answers.steps.chain(type_, pointers=True):
        found = program.type_entry(seen.name) if seen.kind == "path" else None
        if found is not None and any(each.name == field for each in found[1].item.fields):
            return found
    return None


def _promises(sentence: str, property_: Property) -> bool:
    said = {name for _, name in properties_of(sentence)}
    return property_ in said or ("valid" in said and property_ in _VALID)


def _evidence(found: tuple[Program, TypeEntry], sentence: str) -> Evidence:
    owner, entry = found
    facts = owner.files[entry.file]
    span = entry.item.name_span
    location = Location(facts.path, facts.lines.position(span.start), facts.lines.position(span.end))
    return Evidence(kind="invariant", text=f"invariant of `{entry.item.name}`: {sentence}", location=location)
