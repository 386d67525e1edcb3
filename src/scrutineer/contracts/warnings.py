"""Reads what a doc comment asks of the caller where it has no `# Safety` section."""

from __future__ import annotations

import re

from scrutineer.contracts.prose import plain, units
from scrutineer.contracts.safety_section import read_safety_section
from scrutineer.model.contract import Contract
from scrutineer.model.items import Parameter

_WARNS = re.compile(
    r"\bcallers?\b[^.]*?\b(?:must|should|ha(?:s|ve) to|needs? to|ensures?|guarantees?|asserts?|promises?|responsib\w+)\b"
    r"|\bup to the caller\b|\bresponsibility of the caller\b|\byou must\b"
    r"|^unsafe(?: because\b|:)|\b(?:is|method|function) unsafe (?:because|since|as|if|unless)\b",
    re.IGNORECASE,
)


def read_warning(
    doc: str, *, of: str = "", parameters: tuple[Parameter, ...] = (), receiver: bool = False
) -> Contract | None:
    """The contract in the sentences that speak to the caller, or say why it is unsafe; None where none does."""
    text = plain(doc)
    said = [" ".join(text[unit.start : unit.end].split()) for unit in units(text)]
    warnings = [sentence for sentence in said if _WARNS.search(sentence)]
    if not warnings:
        return None
    section = "# Safety\n\n" + "\n\n".join(warnings)
    return read_safety_section(section, of=of, parameters=parameters, receiver=receiver)
