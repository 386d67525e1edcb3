"""Safety cases of a crate written as text."""

from __future__ import annotations

import textwrap

from scrutineer.cases.cases import Cases
from scrutineer.facts.read import read_file
from scrutineer.flow.function import Flows
from scrutineer.model.case import Obligation, SafetyCase
from scrutineer.model.target import CrateUnit
from scrutineer.program.program import Program


def cases_of(text: str) -> Cases:
    """Cases of a library of one file."""
    source = textwrap.dedent(text).encode()
    unit = CrateUnit(
        name="sample", root="src/lib.rs", kind="lib", edition="2021", extern_prelude=("core", "std", "libc")
    )
    program = Program(unit, [read_file("src/lib.rs", source)], None, lambda _: source)
    return Cases(Flows(program), lambda _: source)


def case_of(text: str) -> SafetyCase:
    """The only case."""
    (found,) = cases_of(text).all
    return found


def statuses(case: SafetyCase) -> dict[str, str]:
    """Status of each property, `property subject`."""
    return {f"{each.property} {each.subject}".strip(): each.status for each in case.obligations}


def obligation(case: SafetyCase, property_: str) -> Obligation:
    """The only obligation with that property."""
    (found,) = (each for each in case.obligations if each.property == property_)
    return found
