"""Types of literals, constants and what aggregates build."""

from __future__ import annotations

import re

from scrutineer.model.types import INTEGERS, PRIMITIVES, UNKNOWN, TypeRef

INTEGER = TypeRef("infer", "{integer}")
FLOAT = TypeRef("infer", "{float}")
BOOL = TypeRef("path", "bool")
_STR = TypeRef("ref", args=(TypeRef("path", "str"),), lifetimes=("'static",))
_SUFFIX = re.compile(r"(u8|u16|u32|u64|u128|usize|i8|i16|i32|i64|i128|isize|f16|f32|f64|f128)$")
_RANGES = {
    ("..", "start", "end"): "Range",
    ("..", "start"): "RangeFrom",
    ("..", "end"): "RangeTo",
    ("..",): "RangeFull",
    ("..=", "start", "end"): "RangeInclusive",
    ("..=", "end"): "RangeToInclusive",
}


def literal_type(text: str) -> TypeRef:
    """Type of a literal as written; a number without suffix is open until something decides."""
    first = text.lstrip("-").strip()[:1]
    if text in ("true", "false"):
        return BOOL
    if first.isdigit():
        return _number(text)
    if first == '"' or text.startswith(('r"', "r#")):
        return _STR
    if first == "'":
        return TypeRef("path", "char")
    if text.startswith("b'"):
        return TypeRef("path", "u8")
    if text.startswith(('b"', "br")):
        return TypeRef("ref", args=(TypeRef("array", "_", (TypeRef("path", "u8"),)),))
    if text.startswith(('c"', "cr")):
        return TypeRef("ref", args=(TypeRef("path", "core::ffi::CStr"),))
    return TypeRef("tuple") if text == "()" else UNKNOWN


def _number(text: str) -> TypeRef:
    hexadecimal = text.lstrip("-").startswith("0x")
    suffix = _SUFFIX.search(text)
    if suffix and not (hexadecimal and suffix[1].startswith("f")):
        return TypeRef("path", suffix[1])
    return FLOAT if not hexadecimal and ("." in text or "e" in text.lower()) else INTEGER


def defaulted(type_: TypeRef) -> TypeRef:
    """A number that nothing decided is `i32` or `f64`."""
    if type_.kind == "infer" and type_.name:
        return TypeRef("path", "i32" if type_ == INTEGER else "f64")
    return type_


def range_type(name: str, fields: tuple[str, ...], operands: list[TypeRef]) -> TypeRef:
    """Type of a range expression."""
    known = next((each for each in operands if each.kind not in ("infer", "unknown")), None)
    element = known or (operands[0] if operands else UNKNOWN)
    path = f"core::ops::{_RANGES.get((name, *fields), 'Range')}"
    return TypeRef("path", path, (element,) if operands else ())


def is_number(type_: TypeRef) -> bool:
    """Whether a type is a primitive number, decided or not."""
    if type_.kind == "infer":
        return bool(type_.name)
    return type_.kind == "path" and (type_.name in INTEGERS or type_.name in ("f32", "f64", "f16", "f128"))


def is_primitive(type_: TypeRef) -> bool:
    """Whether operators on the type are built in."""
    return is_number(type_) or (type_.kind == "path" and type_.name in PRIMITIVES)


OPERATORS = {
    "+": ("Add", "add"),
    "-": ("Sub", "sub"),
    "*": ("Mul", "mul"),
    "/": ("Div", "div"),
    "%": ("Rem", "rem"),
    "&": ("BitAnd", "bitand"),
    "|": ("BitOr", "bitor"),
    "^": ("BitXor", "bitxor"),
    "<<": ("Shl", "shl"),
    ">>": ("Shr", "shr"),
}
COMPARISONS = {
    "==": ("core::cmp::PartialEq", "eq"),
    "!=": ("core::cmp::PartialEq", "ne"),
    "<": ("core::cmp::PartialOrd", "lt"),
    "<=": ("core::cmp::PartialOrd", "le"),
    ">": ("core::cmp::PartialOrd", "gt"),
    ">=": ("core::cmp::PartialOrd", "ge"),
}
