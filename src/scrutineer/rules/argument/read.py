"""Lengths and offsets out of a header that reach an unsafe operation with no check, or with half of one."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.model.span import Span
from scrutineer.rules.argument.guards import guards
from scrutineer.rules.argument.input import Inputs
from scrutineer.rules.argument.origin import is_number
from scrutineer.rules.argument.sinks import TERMINATED, Sink, sinks


class ReadUnchecked(msgspec.Struct, frozen=True):
    """An operation that believes what was read; `half` is a check that bounds it only from above."""

    sink: Sink
    half: Span | None


def believed_input(flow: FunctionFlow, inputs: Inputs) -> Iterator[ReadUnchecked]:
    """Operations of a body whose index, length or offset was read from input."""
    for sink in sinks(flow):
        if sink.class_ != "bounds" or sink.pointer or sink.path == TERMINATED or not _is_number(flow, sink):
            continue
        found = inputs.of(flow, flow.values.of(sink.operand))
        if not found:
            continue
        flaws = list(guards(flow, msgspec.structs.replace(sink, inputs=found), frozenset()))
        if not flaws:
            yield ReadUnchecked(sink, None)
        elif all(guard.flaw == "below" for guard in flaws):
            yield ReadUnchecked(sink, flaws[0].span)


def _is_number(flow: FunctionFlow, sink: Sink) -> bool:
    place = sink.operand.place
    type_ = flow.type_of(place) if place is not None else None
    return type_ is not None and (type_.kind == "unknown" or is_number(type_))
