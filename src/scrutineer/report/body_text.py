"""A function as `flow/` sees it, written as rustc's MIR dump is read: locals, scopes, blocks, drops, unwinding."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.flow.drops import Dropped
from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.model.body import Callee, Operand, Operation, Place, Terminator
from scrutineer.model.span import LineTable, Span
from scrutineer.model.summary import Summary
from scrutineer.report.escape import for_terminal
from scrutineer.report.summary_text import summary_lines

_MARKS = {"use": "", "receiver": "self ", "read": "&", "write": "&mut ", "constant": ""}


def body_text(path: str, flow: FunctionFlow, summary: Summary) -> str:
    """The whole text of a function and of the closures inside it, then what its caller sees of it."""
    lines = (*_function(f"fn {path}", flow), *summary_lines(summary))
    return "".join(f"{for_terminal(line)}\n" for line in lines)


def _function(title: str, flow: FunctionFlow, indent: str = "") -> Iterator[str]:
    body = flow.body
    table = flow.program.files[flow.entry.file].lines
    yield f"{indent}{title}  // {_where(flow, table, body.span)}"
    for number, local in enumerate(body.locals):
        kind = f"{local.kind} {local.name}".rstrip()
        yield f"{indent}    let _{number}: {flow.typed.locals[number]};  // {kind}, scope {local.scope}"
    for number, scope in enumerate(body.scopes):
        drops = "".join(f" _{local}" for local in scope.locals)
        inside = f" in {scope.parent}" if scope.parent >= 0 else ""
        yield f"{indent}    scope {number}: {scope.kind}{inside}{', drops' + drops if drops else ''}"
    for number, block in enumerate(body.blocks):
        yield f"{indent}    bb{number}:"
        for at, operation in enumerate(block.operations):
            yield from _lines(flow, Point(number, at), operation, table, indent + "        ")
        yield f"{indent}        {_terminator(block.terminator)}"
    for number, closure in enumerate(flow.closures):
        captures = ", ".join(
            f"_{capture.local} = {_MARKS[capture.mode]}{place_text(capture.place)}"
            for capture in closure.body.captures
        )
        yield from _function(f"closure#{number} [{captures}]", closure, indent + "    ")


def _where(flow: FunctionFlow, table: LineTable, span: Span) -> str:
    return f"{span.path}+{span.start}" if span.path else f"{flow.path}:{table.line(span.start)}"


def _lines(
    flow: FunctionFlow, point: Point, operation: Operation, table: LineTable, indent: str
) -> Iterator[str]:
    """One operation; of a drop what it does, of a call who is called and what unwinding drops."""
    notes: list[str] = []
    if operation.kind == "drop":
        dropped = flow.drops.decision(point)
        if dropped.real == "no":
            return
        notes.extend(_drop_notes(dropped))
    target = flow.target(point)
    if operation.kind == "call":
        notes.append(" ".join(filter(None, (target.kind, target.path))))
    if operation.unsafe_block >= 0:
        notes.append("unsafe")
    if operation.cfg:
        notes.append(f"cfg({operation.cfg})")
    notes.append(f"line {table.line(operation.span.start)}" if not operation.span.path else "of a macro")
    yield f"{indent}{operation_text(operation)};  // {', '.join(notes)}"
    unwind = flow.unwinds(point)
    if unwind.whose != "no":
        drops = "; ".join(
            " ".join((place_text(d.place), *_drop_notes(d))) for d in flow.drops.unwind_drops(point)
        )
        reason = f" ({unwind.reason})" if unwind.reason else ""
        yield f"{indent}    unwind {unwind.whose}{reason}: {drops or 'nothing to drop'}"


def _drop_notes(dropped: Dropped) -> list[str]:
    notes = ["maybe"] if dropped.real == "maybe" else []
    if dropped.without:
        notes.append("without " + " ".join(map(place_text, dropped.without)))
    if dropped.perhaps:
        notes.append("perhaps without " + " ".join(map(place_text, dropped.perhaps)))
    return notes


def place_text(place: Place) -> str:
    """A place as MIR writes it: `((*_1).m as Some).0`."""
    text = f"_{place.local}" if place.local >= 0 else place.static
    for step in place.steps:
        if step == "*":
            text = f"(*{text})"
        elif step[0] == "@":
            text = f"({text} as {step[1:]})"
        else:
            text += step
    return text


def operand_text(operand: Operand) -> str:
    """An operand with how it is taken."""
    if operand.place is None or operand.mode == "constant":
        return f"const {operand.constant}"
    return _MARKS[operand.mode] + place_text(operand.place)


def operation_text(operation: Operation) -> str:
    """One operation."""
    operands = [operand_text(operand) for operand in operation.operands]
    target = f"{place_text(operation.target)} = " if operation.target is not None else ""
    match operation.kind:
        case "drop" | "storage_dead":
            return f"{operation.kind}({target.removesuffix(' = ')})"
        case "assign":
            return f"{target}{operands[0]}"
        case "borrow" | "raw_borrow":
            raw = "raw " if operation.kind == "raw_borrow" else ""
            place = operands[0].removeprefix("&mut ").removeprefix("&")
            return f"{target}&{raw}{'mut ' if operation.mutable else ''}{place}"
        case "cast":
            return f"{target}{operands[0]} as {operation.type}"
        case "binary" if len(operands) == 2:
            return f"{target}{operands[0]} {operation.name} {operands[1]}"
        case "aggregate" if operation.fields:
            pairs = zip(operation.fields, operands, strict=True)
            inside = ", ".join(f"..{text}" if name == ".." else f"{name}: {text}" for name, text in pairs)
            return f"{target}{operation.name} {{ {inside} }}"
        case "call":
            return f"{target}{_callee(operation.callee)}({', '.join(operands)})"
    name = (
        operation.name
        if operation.kind in {"aggregate", "unary"}
        else f"{operation.kind} {operation.name}".rstrip()
    )
    return f"{target}{name}({', '.join(operands)})"


def _callee(callee: Callee | None) -> str:
    if callee is None or callee.form == "value":
        return "call"
    generics = f"::<{', '.join(map(str, callee.generics))}>" if callee.generics else ""
    if callee.form == "method":
        return f".{callee.name}{generics}"
    if callee.trait is not None:
        return f"<{callee.self_type} as {callee.trait}>::{callee.name}{generics}"
    if callee.self_type is not None and "::" not in callee.name:
        return f"<{callee.self_type}>::{callee.name}{generics}"
    return callee.name + generics


def _terminator(terminator: Terminator) -> str:
    condition = operand_text(terminator.condition) if terminator.condition is not None else ""
    targets = [f"bb{target}" for target in terminator.targets]
    match terminator.kind:
        case "goto":
            return f"goto {targets[0]};"
        case "branch":
            return f"if {condition} -> {targets[0]} else {targets[1]};"
        case "try":
            return f"{condition}? -> {targets[0]} else {targets[1]};"
        case "return":
            return f"return;  // {', '.join(terminator.labels)}"
        case "unreachable":
            return "unreachable;"
    pairs = zip(terminator.labels, targets, strict=True)
    ways = ", ".join(f"{label}: {target}" for label, target in pairs)
    return f"{terminator.kind} {condition} [{ways}];".replace("  ", " ")
