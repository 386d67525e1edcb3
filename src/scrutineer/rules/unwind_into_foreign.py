"""A callback of foreign code through which a panic unwinds into frames that cannot take it."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.flow.function import FunctionFlow
from scrutineer.model.finding import Level
from scrutineer.rules.draft import Draft
from scrutineer.rules.foreign.callbacks import Handed, callbacks, is_foreign, is_unwinding, named, users
from scrutineer.rules.foreign.user_code import Escape, UserCode, written_panic
from scrutineer.rules.rule import Rule
from scrutineer.rules.unit import Unit

_ABORTS_SINCE = (1, 81)


def check(unit: Unit) -> Iterator[Draft]:
    """Report each function that foreign code calls and that lets code of its user unwind into it."""
    if unit.kernel or unit.crate.panic == "abort":
        return
    declared = version(unit.crate.rust_version)
    stopped = declared is not None and declared >= _ABORTS_SINCE  # then only "C-unwind" lets a panic through
    code = UserCode(unit)
    for handed in callbacks(unit, is_unwinding if stopped else is_foreign):
        through = is_unwinding(handed.entry.item.abi)
        flow = unit.flows.of(handed.entry.index)
        if flow is None or (through and not _given_to_non_unwinding(unit, handed)):
            continue
        escape = code.escape(flow)
        if escape is not None:
            yield _draft(unit, flow, handed, escape, "warning" if through or declared is not None else "note")
        elif not through and (escape := written_panic(flow)):
            yield _draft(unit, flow, handed, escape, "note")


def version(text: str) -> tuple[int, int] | None:
    """Major and minor number of a declared Rust version; nothing where none is declared."""
    major, _, rest = text.partition(".")
    minor = rest.partition(".")[0]
    return (int(major), int(minor)) if major.isdigit() and minor.isdigit() else None


def _given_to_non_unwinding(unit: Unit, handed: Handed) -> bool:
    """Whether the address is an argument of a foreign function that is declared never to unwind."""
    for entry in users(unit, {handed.entry.item.name}):
        flow = unit.flows.of(entry.index)
        if flow is not None and _gives(unit, flow, handed.entry.item.name):
            return True
    return False


def _gives(unit: Unit, flow: FunctionFlow, name: str) -> bool:
    for point, operation in flow.graph.points():
        target = flow.target(point)
        if operation.kind == "call" and target.kind == "foreign" and target.function >= 0:
            declared = unit.program.crate(target.crate if target.crate != unit.program.root else "")
            abi = declared.functions[target.function].item.abi
            values = (part for operand in operation.operands for part in flow.values.of(operand).walk())
            texts = {part.place.static.rpartition("::")[2] for part in values if part.place is not None}
            if not is_unwinding(abi) and (name in named(operation) or name in texts):
                return True
    return False


def _draft(unit: Unit, flow: FunctionFlow, handed: Handed, escape: Escape, level: Level) -> Draft:
    abi = handed.entry.item.abi
    known = (
        ()
        if handed.span is None
        else (unit.related(handed.path, handed.span, f"`{handed.entry.item.name}` is handed out here"),)
    )
    why = (
        "and the foreign function that is given it is declared never to unwind"
        if is_unwinding(abi)
        else "which is undefined before Rust 1.81, and aborts since"
    )
    return Draft(
        path=flow.path,
        span=flow.place_span(escape.point),
        message=f'{escape.reason} may unwind out of this `extern "{abi}"` function into its foreign caller, {why}',
        level=level,
        related=known,
        help="run it inside `std::panic::catch_unwind`, and hand the foreign caller an error instead",
    )


RULE = Rule(
    id="unwind-into-foreign",
    summary="callbacks of foreign code that let a panic unwind into it",
    classes=("ffi", "panic-safety"),
    level="warning",
    confidence="medium",
    since="0.1.0",
    check=check,
)
