"""What labels, constants and operators of bodies mean, for the machine."""

from __future__ import annotations

from typing import Any

from methods import METHODS
from values import Boxed, Noisy, Record, Ref

from scrutineer.model.body import Body


def moved_inside(body: Body) -> set[int]:
    """Captured locals that a closure's body moves out of, itself or through a closure of its own."""
    found: set[int] = set()
    for block in body.blocks:
        for operation in block.operations:
            for n, operand in enumerate(operation.operands):
                if operand.place is None or operand.place.local < 0:
                    continue
                if operand.mode == "use" and not operation.name.startswith(("closure#", "async#")):
                    found.add(operand.place.local)
                elif operand.mode == "receiver" and operation.callee is not None:
                    if METHODS.get(operation.callee.name, (False,))[0]:
                        found.add(operand.place.local)
                elif operation.name.startswith(("closure#", "async#")):
                    inner = body.closures[int(operation.name.partition("#")[2])]
                    if operand.mode == "use" or inner.captures[n].local in moved_inside(inner):
                        found.add(operand.place.local)
    return found


def plain(value: Any) -> Any:
    while isinstance(value, (Ref, Boxed)):
        value = value.cell.get() if isinstance(value, Ref) else value.cell[0]
    return value


def constant(text: str) -> Any:
    if text in {"true", "false"}:
        return text == "true"
    digits = text.removesuffix("u32")
    if digits.isdigit():
        return int(digits)
    last = text.rpartition("::")[2]
    return Record(last, {}) if last[:1].isupper() else None if text == "()" else text


def matches(value: Any, label: str) -> bool:
    """Whether a label of a `match` terminator describes a value."""
    if label == "_":
        return True
    value = plain(value)
    if label[0] == "[":
        count = int(label[1:-1].rstrip("."))
        return len(value) >= count if label.endswith("..]") else len(value) == count
    if "..=" in label:
        low, high = label.split("..=")
        return (not low or int(low) <= value) and (not high or value <= int(high))
    if ".." in label:
        low, high = label.split("..")
        return (not low or int(low) <= value) and (not high or value < int(high))
    wanted = constant(label)
    if isinstance(value, Noisy):
        return label == "D"
    return value.name == wanted.name if isinstance(wanted, Record) else value == wanted


OPERATORS = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
    "+": lambda a, b: a + b,
    "*": lambda a, b: a * b,
    "&": lambda a, b: a & b,
    "|": lambda a, b: a | b,
    "^": lambda a, b: a ^ b,
}
