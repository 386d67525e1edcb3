"""A safe function whose caller decides what an unsafe operation relies on, and nothing checks it."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.flow.function import FunctionFlow
from scrutineer.model.body import Place
from scrutineer.model.finding import FindingClass
from scrutineer.model.span import Span
from scrutineer.program.entries import FunctionEntry
from scrutineer.rules.argument.exposure import Exposures, Reached, called, is_unofficial
from scrutineer.rules.argument.input import Inputs
from scrutineer.rules.argument.read import believed_input
from scrutineer.rules.argument.short import too_short
from scrutineer.rules.argument.sinks import TERMINATED
from scrutineer.rules.argument.sizes import wrong_sizes
from scrutineer.rules.draft import Draft
from scrutineer.rules.rule import Rule
from scrutineer.rules.unit import Unit

_RELIES = {
    "": "ends in a nul byte",
    "bounds": "lies in bounds",
    "invalid-value": "is a valid value",
    "layout": "fits the layout",
    "null": "is not null",
    "contract": "points to live memory",
}


def check(unit: Unit) -> Iterator[Draft]:
    """Report each argument of each safe function that nothing keeps from breaking an unsafe operation."""
    exposures = unit.exposures
    told: set[tuple[str, Span]] = set()
    for entry in _candidates(unit, exposures):
        flow = unit.flows.of(entry.index)
        for reached in _faults(exposures, flow) if flow is not None else ():
            if flow is None or (reached.path, reached.span) in told:
                continue
            told.add((reached.path, reached.span))
            yield _draft(unit, flow, reached)
    yield from _sizes(unit, exposures, told)


def _sizes(unit: Unit, exposures: Exposures, told: set[tuple[str, Span]]) -> Iterator[Draft]:
    inputs = Inputs(unit.flows.of)
    for entry in unit.program.functions:
        if entry.item.body_span is None or entry.item.test or not unit.has_unsafe(entry):
            continue
        flow = unit.flows.of(entry.index)
        if flow is None:
            continue
        yield from _short(unit, flow, told) if exposures.open(entry) else ()
        yield from _read(unit, flow, inputs) if not entry.item.unsafe else ()
        for wrong in wrong_sizes(flow, is_open=exposures.open(entry)):
            yield Draft(
                path=flow.path,
                span=flow.place_span(wrong.point),
                message=f"this {wrong.why}",
                class_="bounds",
                level=None if wrong.sure else "note",
                confidence=None if wrong.sure else "low",
                help=wrong.help,
            )


def _short(unit: Unit, flow: FunctionFlow, told: set[tuple[str, Span]]) -> Iterator[Draft]:
    found: set[Place | Span] = set()
    for short in too_short(flow):
        cause = short.compared or short.argument
        if cause in found or (flow.path, flow.place_span(short.point)) in told:
            continue
        found.add(cause)
        looks = (
            "and the check before it says only that lengths agree, as those of empty slices do"
            if short.compared
            else "and nothing looks at how long the caller's slice is"
        )
        yield Draft(
            path=flow.path,
            span=flow.place_span(short.point),
            message=f"this accesses `{_name(flow, short.argument)}` as far as it likes, {looks}",
            class_="bounds",
            related=(unit.related(flow.path, short.compared, "this check"),) if short.compared else (),
            help="compare with its length first, or index it with a check",
        )


def _read(unit: Unit, flow: FunctionFlow, inputs: Inputs) -> Iterator[Draft]:
    found: set[Span] = set()
    for read in believed_input(flow, inputs):
        at = flow.place_span(read.sink.point)
        if at in found:
            continue
        found.add(at)
        half = read.half
        yield Draft(
            path=flow.path,
            span=half or at,
            message="this check bounds what was read from input only from above, and less than nothing wraps around "
            "to a large number"
            if half
            else "this goes as far as a number that was read from input says, and nothing checks that number",
            class_="bounds",
            related=(unit.related(flow.path, at, "relies on it"),) if half else (),
            help="compare it with what is there before it is used, or take a checked slice",
        )


def _candidates(unit: Unit, exposures: Exposures) -> Iterator[FunctionEntry]:
    """Safe functions that hold unsafe code, then those that may call one of them which trusts its callers."""
    trusting = {unit.program.functions[each].item.name for each in exposures.trusting}
    others = []
    for entry in unit.program.functions:
        if entry.item.body_span is None or entry.item.unsafe or entry.item.test:
            continue
        if unit.has_unsafe(entry):
            yield entry
        else:
            others.append(entry)
    for entry in others if trusting else ():
        if not trusting.isdisjoint(called(unit, entry)) and exposures.open(entry):
            yield entry


def _faults(exposures: Exposures, flow: FunctionFlow) -> Iterator[Reached]:
    """What a function's arguments reach unchecked, the first of each kind."""
    found: set[tuple[str, FindingClass]] = set()
    for reached in exposures.of(flow):
        flaw = reached.flaw
        if not flaw or not (flaw == "nan" or reached.clamp or exposures.open(flow.entry)):
            continue
        kind = (flaw, reached.sink.class_)
        if kind not in found:
            found.add(kind)
            yield reached


def _draft(unit: Unit, flow: FunctionFlow, reached: Reached) -> Draft:
    path, at = flow.path, flow.place_span(reached.sink.point)
    names = " and ".join(sorted(f"`{_name(flow, place)}`" for place in reached.places))
    needs = _RELIES["" if reached.sink.path == TERMINATED else reached.sink.class_]
    related = (
        ()
        if reached.span == at
        else (unit.related(reached.path, reached.span, "the operation that relies on it"),)
    )
    if reached.flaw == "unchecked":
        message = f"a caller of this safe function chooses {names}, and nothing checks that it {needs}"
        advice = (
            "check it, take a type that guarantees it, or make the function unsafe and document what it asks"
        )
        if reached.in_safe:
            related = (unit.related(path, at, "its caller chooses what it relies on"),)
            path, at = reached.path, reached.span
            message = (
                f"a caller of `{flow.entry.item.name}` chooses {names}, and nothing checks that it {needs}"
            )
    else:
        related = (unit.related(flow.path, at, "relies on the check"), *related)
        at, path = reached.guards[0].span, reached.checked_in or path
        if reached.flaw == "nan":
            message = (
                f"a NaN in {names} passes this check, which is all that stands before an unsafe operation"
            )
            advice = "write it so that it accepts what is in range (`x >= 0.0 && x < width`) instead of rejecting the rest"
        elif reached.flaw == "input":
            message = f"this check compares {names} with a number that stands in the bytes themselves: their author chose it"
            advice = "compare with how many bytes there are"
        elif reached.flaw == "below":
            message = f"this check bounds {names} only from above, and less than nothing wraps around to a large number"
            advice = "check that it is not smaller than what is taken from it, or use `checked_sub`"
        else:
            message = f"this check on {names} is passed by values whose sum or product wraps around"
            advice = (
                "use `checked_add` or `checked_mul`, or compare without arithmetic on what the caller chose"
            )
    unofficial = is_unofficial(unit, flow.entry) or (bool(flow.entry.item.abi) and reached.sink.pointer)
    return Draft(
        path=path,
        span=at,
        message=message,
        class_=reached.sink.class_,
        level="note" if unofficial else None,
        confidence="low" if unofficial else None,
        related=related,
        help=advice,
    )


def _name(flow: FunctionFlow, place: Place) -> str:
    return flow.body.locals[place.local].name + "".join(step for step in place.steps if step[0] == ".")


RULE = Rule(
    id="unchecked-argument",
    summary="safe functions whose arguments reach an unsafe operation unchecked",
    classes=("bounds", "contract", "null", "invalid-value", "layout"),
    level="warning",
    confidence="high",
    since="0.1.0",
    check=check,
)
