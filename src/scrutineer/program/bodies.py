"""Bodies on demand: as the worker lowered them, or read again with the macros of the crate expanded."""

from __future__ import annotations

from scrutineer.facts.lower import Context, Fragment, MacroSite, lower_body
from scrutineer.model.body import Body
from scrutineer.model.file import FileFacts
from scrutineer.program.macros import Macros
from scrutineer.syntax.parse import NotReadableError, parse_item


class Bodies:
    """Bodies of a crate's functions by file and number. A body is read at most once."""

    def __init__(self, macros: Macros, edition: int) -> None:
        self.macros = macros
        self.edition = edition
        self.asked = 0  # how often any was asked for, typed or not
        self._read: dict[tuple[str, int], Body | None] = {}
        self._lowered: dict[str, dict[int, Body]] = {}
        self._contexts: dict[str, Context] = {}

    def of(self, facts: FileFacts, function: int) -> Body | None:
        """The body of a function; nothing for one that has none, or that cannot be parsed by itself."""
        self.asked += 1
        key = (facts.path, function)
        if key not in self._read:
            self._read[key] = self._find(facts, function)
        return self._read[key]

    def _find(self, facts: FileFacts, function: int) -> Body | None:
        if facts.path not in self._lowered:
            self._lowered[facts.path] = {body.function: body for body in facts.bodies if body.function >= 0}
        body = self._lowered[facts.path].get(function)
        if body is not None and not any(self._known(facts, hole) for hole in body.holes):
            return body
        return self._lower(facts, function) or body

    def _known(self, facts: FileFacts, hole: int) -> bool:
        call = facts.macro_calls[hole]
        return self.macros.knows(call.name, facts.path, call.span.start)

    def _lower(self, facts: FileFacts, function: int) -> Body | None:
        item = facts.functions[function]
        if item.body_span is None or item.span.path:
            return None
        try:
            parsed = parse_item(self.macros.read(facts.path), item.span.start, item.span.end)
        except NotReadableError:
            return None
        node = next((n for n in parsed.tree.root_node.named_children if n.type == "function_item"), None)
        if node is None or node.has_error:
            return None
        if facts.path not in self._contexts:
            self._contexts[facts.path] = self._context(facts)
        return lower_body(node, parsed.text, function, self._contexts[facts.path])

    def _context(self, facts: FileFacts) -> Context:
        def ask(site: MacroSite) -> Fragment | None:
            found = self.macros.expand(site.name, site.arguments, site.inside, site.call, facts.path)
            return None if found is None else Fragment(found.text, found.origin)

        return Context(
            self.edition,
            {block.span.start: index for index, block in enumerate(facts.unsafe_blocks)},
            {call.name_span.start: index for index, call in enumerate(facts.macro_calls)},
            self.macros.names,
            ask,
        )
