"""From a site to its safety case: what is asked, of which argument, and what meets it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import msgspec

from scrutineer.cases.asked import Asked, asked_by
from scrutineer.cases.by_bounds import by_bounds
from scrutineer.cases.by_check import by_check
from scrutineer.cases.by_contract import by_contract
from scrutineer.cases.by_exclusion import by_exclusion
from scrutineer.cases.by_fields import by_fields
from scrutineer.cases.by_invariant import by_invariant
from scrutineer.cases.by_ownership import by_ownership
from scrutineer.cases.by_return import by_return
from scrutineer.cases.by_type import by_declaration, by_origin, by_type
from scrutineer.cases.field_writers import FieldWriters
from scrutineer.cases.handed_on import handed_on
from scrutineer.cases.located import SiteAt, locate
from scrutineer.cases.needs import Needs
from scrutineer.cases.question import Question, question_of
from scrutineer.cases.takers import Takers
from scrutineer.cases.testimony import checked, claims_at, vouches
from scrutineer.cases.why import why_unsafe
from scrutineer.cases.written import arguments, one_line
from scrutineer.flow.function import Flows
from scrutineer.model.case import Evidence, Obligation, SafetyCase, Testimony
from scrutineer.model.contract import Precondition
from scrutineer.model.site import Site

_WITNESSES: tuple[Callable[[Question], Evidence | None], ...] = (
    by_type,
    by_origin,
    by_declaration,
    by_ownership,
    by_return,
    by_exclusion,
    by_check,
    by_bounds,
    by_contract,
    by_invariant,
)
_MACRO = re.compile(r"[\w:$]+!\s*[(\[{]")
_UNWRITTEN = "its author wrote no contract for it"


class Builder:
    """Builds the cases of one crate. `text` gives a file's bytes."""

    def __init__(
        self, flows: Flows, text: Callable[[str], bytes], sites: Callable[[], tuple[Site, ...]]
    ) -> None:
        """Nothing is read yet; `sites` gives those of the whole crate."""
        self.flows = flows
        self.program = flows.program
        self.text = text
        self.needs = Needs(flows, sites, self._unmet)
        self.takers = Takers(flows, FieldWriters(flows, text), sites)

    def case(self, site: Site) -> SafetyCase:
        """The safety case of one site, without its trusted base."""
        at = locate(self.flows, site)
        written = self.text(site.path)[site.span.start : site.span.end].decode(errors="replace")
        asked = self._asked(site, at)
        claims = claims_at(self.program, site)
        decided = [self._obligation(site, at, each, written, claims) for each in asked]
        obligations = tuple(dict.fromkeys(decided)) or (self._unwritten(site, claims),)
        return SafetyCase(
            site=site,
            operation=one_line(written),
            why_unsafe=why_unsafe(self.program, site, at),
            obligations=obligations,
            claims=tuple(checked(claims, obligations, at)),
        )

    def _obligation(
        self, site: Site, at: SiteAt | None, asked: Asked, written: str, claims: list[Testimony]
    ) -> Obligation:
        wanted = asked.precondition
        subject = _subject(site, at, wanted, written)
        evidence = self._evidence(site, at, asked)
        obligation = Obligation(
            property=wanted.property,
            subject=subject,
            requirement=_requirement(asked, subject),
            source=asked.source,
            condition=wanted.condition,
            evidence=evidence,
            status="delegated" if evidence and evidence[0].kind == "contract" else "discharged",
        )
        return obligation if evidence else self._claimed(obligation, claims)

    def _claimed(self, obligation: Obligation, claims: list[Testimony]) -> Obligation:
        said = any(vouches(each.claim, obligation.property) for each in claims)
        return msgspec.structs.replace(obligation, status="claimed" if said else "open")

    def _unwritten(self, site: Site, claims: list[Testimony]) -> Obligation:
        """What stands in for the contract of a callee that has none."""
        obligation = Obligation(
            property="other",
            subject=site.callee or site.text,
            requirement=f"what `{site.callee or site.text}` needs; {_UNWRITTEN}"
            if site.certain
            else f"whatever `{site.callee or site.text}` needs: it was not found, or its types are not known",
            source=site.callee,
        )
        return self._claimed(obligation, claims)

    def _asked(self, site: Site, at: SiteAt | None) -> list[Asked]:
        found = asked_by(self.program, site, at)
        return [*found, *self.needs.of(site.callee)] if site.kind_is("call") else found

    def _evidence(self, site: Site, at: SiteAt | None, asked: Asked) -> tuple[Evidence, ...]:
        if at is None:
            found = by_fields(self.program, site, asked) if site.kind_is("impl") else None
            return (found,) if found else ()
        found = _here(at, asked)
        if found:
            return (found,)
        question = question_of(at, asked, asked.precondition)
        handed = self._by_callers(question)
        return self.takers.by_drop(question) or ((handed,) if handed else ())

    def _by_callers(self, question: Question) -> Evidence | None:
        """The contract around the site does not name it, but every call is in this crate: each is asked."""
        entry = question.flow.entry
        handed = handed_on(question) if self.needs.is_internal(entry) else None
        if handed is None:
            return None
        wanted = handed.precondition
        extent = f" ({wanted.extent})" if wanted.extent else ""
        text = f"each caller in this crate is asked it of `{wanted.parameter}`{extent}: no contract says so"
        return question.evidence("contract", text, entry.item.name_span)

    def _unmet(self, site: Site) -> Iterator[Question | None]:
        """Obligations of a site that nothing meets; nothing for a site that nobody wrote a contract for."""
        at = locate(self.flows, site)
        asked = self._asked(site, at)
        if not asked or at is None:
            yield None
            return
        for each in asked:
            if _here(at, each) is None:
                yield question_of(at, each, each.precondition)


def _here(at: SiteAt, asked: Asked) -> Evidence | None:
    """What meets an obligation in the function around the site, its contract included."""
    for wanted in (asked.precondition, *asked.precondition.alternatives):
        question = question_of(at, asked, wanted)
        for witness in _WITNESSES:
            found = witness(question)
            if found is not None:
                return found
    return None


def _subject(site: Site, at: SiteAt | None, wanted: Precondition, written: str) -> str:
    """The argument that a precondition is about, as the source writes it."""
    if site.kind_is("deref", "union", "static", "impl", "attribute"):
        return one_line(site.text)
    if _MACRO.match(written):
        return wanted.parameter
    method = at is not None and at.operation.callee is not None and at.operation.callee.form == "method"
    found = arguments(written, method=method)
    if 0 <= wanted.position < len(found):
        return found[wanted.position] + "".join(step for step in wanted.steps if step[0] == ".")
    return wanted.parameter


def _requirement(asked: Asked, subject: str) -> str:
    """The sentence, with the argument in place of the parameter."""
    wanted = asked.precondition
    named = f"`{wanted.parameter}`"
    if wanted.parameter and subject and named in wanted.words:
        return wanted.words.replace(named, f"`{subject}`")
    starts_with_verb = wanted.words[:1].islower() and subject and wanted.position >= 0
    extent = f" ({wanted.extent})" if wanted.extent and wanted.extent not in wanted.words else ""
    return f"`{subject}` {wanted.words}{extent}" if starts_with_verb else f"{wanted.words}{extent}"
