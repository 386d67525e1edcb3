"""The trusted base of a case: the items whose change can falsify it, up to the privacy boundary."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from scrutineer.cases.asked import functions_at
from scrutineer.cases.beside import impl_at
from scrutineer.cases.digest import joint_digest, text_digest
from scrutineer.cases.field_writers import FieldWriters
from scrutineer.cases.located import locate
from scrutineer.cases.reads import FieldRead, answers_trusted, fields_read
from scrutineer.flow.function import Flows
from scrutineer.model.case import BaseEntry, SafetyCase, TrustedBase
from scrutineer.model.site import Site
from scrutineer.model.span import Location, Span
from scrutineer.program.entries import AnyEntry
from scrutineer.program.fields import fields_of
from scrutineer.program.paths import canonical_path


class Bases:
    """Trusted bases of one crate's sites and fields. `text` gives a file's bytes."""

    def __init__(self, flows: Flows, text: Callable[[str], bytes]) -> None:
        """Nothing is computed yet."""
        self.flows = flows
        self.program = flows.program
        self.text = text
        self.writers = FieldWriters(flows, text)

    def of_site(self, site: Site) -> TrustedBase:
        """What one site rests on: its function, its callee, and the writers of every field it reads."""
        return self.of_case(SafetyCase(site=site, operation=""))

    def of_case(self, case: SafetyCase) -> TrustedBase:
        """What a case rests on: that of its site, and the functions that its evidence names."""
        fields = self._fields(case.site)
        found = [*self._around(case.site), *(each for field in fields for each in self._of_field(field))]
        return self._base([*found, *self._witnesses(case)], fields)

    def _witnesses(self, case: SafetyCase) -> Iterator[BaseEntry]:
        """Functions that evidence of kind `writers` stands in."""
        places = [each.location for o in case.obligations for each in o.evidence if each.kind == "writers"]
        for entry in self.program.functions if places else ():
            facts = self.program.files[entry.file]
            first = facts.lines.position(entry.item.span.start).line
            last = facts.lines.position(entry.item.span.end).line
            if any(facts.path == place.path and first <= place.start.line <= last for place in places):
                yield self._entry(entry, "keeps what the evidence says")

    def of_fields(self, fields: list[FieldRead]) -> TrustedBase:
        """What the values of some fields rest on."""
        return self._base([each for field in fields for each in self._of_field(field)], fields)

    def _fields(self, site: Site) -> list[FieldRead]:
        at = locate(self.flows, site)
        if at is not None:
            return fields_read(at)
        entry = impl_at(self.program, site) if site.kind_is("impl") else None
        type_ = self.program.resolver.impl_scope(entry.index).self_type if entry is not None else None
        if type_ is None or type_.name not in self.program.type_paths:
            return []
        return [FieldRead(type_.name, name) for name in fields_of(self.program, type_) or {}]

    def _around(self, site: Site) -> Iterator[BaseEntry]:
        if site.function >= 0:
            yield self._entry(self.program.functions[site.function], "holds the site")
        if site.kind_is("impl"):
            impl = impl_at(self.program, site)
            if impl is not None:
                yield self._entry(impl, "is the site")
        at = locate(self.flows, site)
        for function in answers_trusted(at) if at is not None else ():
            yield self._entry(self.program.functions[function], "its answer is trusted")
        owner = self.program.crate_of(site.callee)
        if owner is self.program and site.kind_is("call"):
            for entry in functions_at(self.program, site.callee):
                yield self._entry(entry, "its contract is what the site must meet", signature=True)

    def _of_field(self, field: FieldRead) -> Iterator[BaseEntry]:
        found = self.writers.declaration(field)
        if found is None:
            return
        yield self._entry(found[0], f"declares `{field}`", field)
        where = self._reach(field)
        for writer in self.writers.of(field):
            entry = self.program.functions[writer.function]
            if not entry.item.test:
                yield self._entry(entry, f"{writer.how} `{field}` ({where})", field)

    def _reach(self, field: FieldRead) -> str:
        boundary = self.writers.boundary(field)
        if boundary.reach == "module":
            return f"private: module `{self.program.modules[boundary.module].path}`"
        return "the crate can name it" if boundary.reach == "crate" else "any crate can name it"

    def _entry(
        self, entry: AnyEntry, reason: str, field: FieldRead | None = None, *, signature: bool = False
    ) -> BaseEntry:
        file, span = self.program.written_at(entry.file, entry.item.span)
        body = getattr(entry.item, "body_span", None)
        if signature and body is not None and file == entry.file:
            span = Span(span.start, body.start)
        facts = self.program.files[file]
        place = Location(facts.path, facts.lines.position(span.start), facts.lines.position(span.end))
        return BaseEntry(
            item=canonical_path(self.program, entry),
            location=place,
            lines=place.end.line - place.start.line + 1,
            reason=reason,
            field=str(field) if field is not None else "",
            digest=text_digest(self.text(facts.path)[span.start : span.end]),
        )

    def _base(self, entries: list[BaseEntry], fields: list[FieldRead]) -> TrustedBase:
        kept = _merged(entries)
        spans = {(each.item, each.location): each for each in kept}
        return TrustedBase(
            entries=kept,
            lines=sum(each.lines for each in spans.values()),
            digest=joint_digest(
                each.digest for each in sorted(kept, key=lambda each: (each.item, each.digest))
            ),
            world=tuple(sorted(str(f) for f in fields if self.writers.boundary(f).reach == "world")),
        )


def _merged(entries: list[BaseEntry]) -> tuple[BaseEntry, ...]:
    """Each item once, with all reasons for it, in the order in which they were found."""
    found: dict[tuple[str, Location], BaseEntry] = {}
    for each in entries:
        key = (each.item, each.location)
        known = found.get(key)
        if known is None:
            found[key] = each
        elif each.reason not in known.reason:
            fields = ", ".join(dict.fromkeys(filter(None, (*known.field.split(", "), each.field))))
            found[key] = msgspec.structs.replace(known, reason=f"{known.reason}; {each.reason}", field=fields)
    return tuple(found.values())
