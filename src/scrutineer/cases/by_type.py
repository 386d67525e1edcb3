"""What types prove: references, cells and buffers that a pointer was made of, `Copy`, `NonNull`, zeroable types."""

from __future__ import annotations

import re

import msgspec

from scrutineer.cases.origin import OriginKind
from scrutineer.cases.question import Question
from scrutineer.model.body import Operand
from scrutineer.model.case import Evidence
from scrutineer.model.contract import Property
from scrutineer.model.types import TypeRef
from scrutineer.program.generated import is_generated

_PLACE: frozenset[Property] = frozenset(("non-null", "allocated", "in-bounds", "alive"))
_VALUE: frozenset[Property] = _PLACE | {"aligned", "initialised", "valid", "valid-value"}
_SHARING: frozenset[Property] = frozenset(("no-data-race", "no-alias"))

_PROVES: dict[OriginKind, frozenset[Property]] = {
    "reference": _VALUE | _SHARING,
    "place": _PLACE,
    "cell": _VALUE,
    "uninit": _PLACE | {"aligned"},
    "buffer": frozenset(("non-null", "aligned")),
    "owner": frozenset(("non-null",)),
    "non-null": frozenset(("non-null",)),
    "unknown": frozenset(),
}
"""What each origin proves of one value of the type that the pointer was made for."""
_ANY_TYPE: frozenset[Property] = frozenset(("non-null", "allocated", "alive"))
_PLAIN = re.compile(
    r"^`\w+` must (?:be (?:a )?valid(?: pointer)?(?: for (?:reads|reading))?|point to (?:a )?valid \S+)[.;,]?$",
    re.IGNORECASE,
)
"""A sentence of a section that asks for a valid pointer and nothing else."""
_READS = re.compile(r"no other thread writes|nothing writes")
_WRITES = re.compile(r"\bwr[io]t|\bmutat|\bmodif|\bexclusive|\bunique|no other pointer")
_NAMES: dict[OriginKind, str] = {
    "reference": "made of a reference",
    "place": "points to a place of this function",
    "cell": "points into a cell that is borrowed here",
    "uninit": "points into a `MaybeUninit` that is borrowed here",
    "buffer": "points to a buffer that is borrowed here",
    "owner": "comes from an owner, which is never at null",
    "non-null": "is a `NonNull`",
    "unknown": "",
}
_ZEROABLE = frozenset("u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64 bool char".split())  # noqa: SIM905 - names in a row


def by_origin(question: Question) -> Evidence | None:
    """What the pointer was made of proves the property for it."""
    if not _is_pointer(question) or not _asks_only_that(question) or question.asks_for_block:
        return None
    origin = question.origin
    if question.wanted.property not in _PROVES[origin.kind] or question.wanted.extent:
        return None
    inside = question.wanted.property == "non-null" and not origin.wrapped
    if origin.offset and not inside and not _is_non_null(question):
        return None
    if not origin.exact and question.wanted.property not in _ANY_TYPE:
        return None
    if question.moves and question.wanted.property == "in-bounds" and not _one_step(question):
        return None
    if question.wanted.property == "alive" and not _stays_inside(question):
        return None
    if not origin.mutable and origin.kind != "cell" and _needs_unique(question):
        return None
    moved = ", and was moved inside its memory" if origin.offset else ""
    return question.evidence("type", _NAMES[origin.kind] + moved, origin.span)


def _is_pointer(question: Question) -> bool:
    """Whether the operation takes the operand as a pointer: of a reference the contract means what lies behind."""
    at, position = question.at, question.wanted.position
    if at.site.kind_is("deref"):
        return True
    signature = at.target.signature if not question.wanted.steps else None
    if signature is not None and 0 <= position < len(signature.parameters):
        type_ = signature.parameters[position]
    elif question.operand is not None and question.operand.place is not None:
        type_ = question.flow.type_of(question.operand.place)
    else:
        return False
    return type_.kind == "pointer" or type_.name == "core::ptr::NonNull"


def _is_non_null(question: Question) -> bool:
    """Whether the operand itself is a `NonNull`, whatever it was computed of."""
    place = question.operand.place if question.operand is not None else None
    named = place is not None and question.flow.type_of(place).name == "core::ptr::NonNull"
    return named and question.wanted.property == "non-null"


def _asks_only_that(question: Question) -> bool:
    """Whether the property is all that the words ask: those of the catalogue are; a section's may say more."""
    if not question.asked.prose:
        return True
    return question.wanted.property in {"non-null", "aligned"} or bool(_PLAIN.match(question.wanted.words))


def _needs_unique(question: Question) -> bool:
    """Whether the precondition speaks of writing, which a shared reference does not allow."""
    words = question.wanted.words
    return bool(_WRITES.search(_READS.sub("", words))) and question.wanted.property != "non-null"


def _one_step(question: Question) -> bool:
    """Whether the pointer moves to the end of its value at most."""
    count = question.at.operand(1)
    return question.at.target.name == "add" and count is not None and count.constant in {"0", "1"}


def _stays_inside(question: Question) -> bool:
    """Whether the borrow cannot outlive what it was made of: nothing is returned that could name another lifetime."""
    if question.flow.body.closure >= 0:
        return False
    return not _names_lifetime(question.flow.typed.locals[0])


def _names_lifetime(type_: TypeRef) -> bool:
    if type_.kind in {"unknown", "infer", "impl", "dyn", "projection"} or type_.lifetimes:
        return True
    return any(_names_lifetime(arg) for arg in type_.args)


def by_type(question: Question) -> Evidence | None:
    """The type of the value alone proves it."""
    wanted, at = question.wanted, question.at
    if wanted.condition == "the type is not Copy":
        pointee = _pointee(question)
        if pointee is not None and at.flow.program.properties.is_copy(pointee, at.flow.typed.bounds) == "yes":
            return question.evidence("type", f"`{pointee}` is `Copy`")
    operand, result = question.operand, at.target.result
    match wanted.property, at.target.path:
        case "no-overflow", _ if operand is not None and operand.constant in {"0", "1"}:
            return question.evidence("type", "no type is larger than `isize::MAX` bytes")
        case "layout", _ if wanted.words == "the type has a size" and _has_size(_pointee_of(question, 0)):
            return question.evidence("type", f"a `{_pointee_of(question, 0)}` is at least one byte large")
        case "in-bounds" | "initialised", "alloc::vec::Vec::set_len" if _is_zero(at.operand(1)):
            return question.evidence("type", "every vector holds no element or more")
        case "valid-value", "core::mem::zeroed" if _all_zero_is_valid(result):
            return question.evidence("type", f"all zero bits are a `{result}`")
        case "initialised" | "valid-value", "core::mem::MaybeUninit::assume_init" if _needs_no_value(result):
            return question.evidence("type", f"a `{result}` may be uninitialised")
        case _:
            return None


def by_declaration(question: Question) -> Evidence | None:
    """What is known of a foreign function by where it is declared, and by what it takes."""
    at = question.at
    if not at.site.kind_is("foreign") or question.asked.source != "foreign call":
        return None
    if question.wanted.property == "layout" and is_generated(at.site.callee.partition("::")[0]):
        return question.evidence("type", "its declaration is generated from the foreign headers")
    if question.wanted.property == "valid" and not at.operation.operands:
        return question.evidence("type", "it takes no argument")
    if question.wanted.property == "unwind" and question.flow.program.unit.kind == "kernel":
        return question.evidence("type", "a kernel has no unwinding")
    return None


def _pointee(question: Question) -> TypeRef | None:
    if question.operand is None or question.operand.place is None:
        return None
    type_ = question.flow.type_of(question.operand.place)
    pointer = type_.kind in {"pointer", "ref"} or type_.name == "core::ptr::NonNull"
    return type_.args[0] if pointer and type_.args else None


def _pointee_of(question: Question, position: int) -> TypeRef | None:
    return _pointee(msgspec.structs.replace(question, operand=question.at.operand(position)))


def _has_size(type_: TypeRef | None) -> bool:
    """Whether values of a type take up at least one byte."""
    if type_ is None:
        return False
    return type_.kind in {"pointer", "ref", "fn"} or (type_.kind == "path" and type_.name in _ZEROABLE)


def _is_zero(operand: Operand | None) -> bool:
    return operand is not None and operand.constant in {"0", "0usize"}


def _all_zero_is_valid(type_: TypeRef) -> bool:
    if type_.kind == "pointer":
        return not type_.args or type_.args[0].kind not in {"dyn", "unknown"}
    if type_.kind in {"array", "tuple"}:
        return all(_all_zero_is_valid(arg) for arg in type_.args)
    return type_.kind == "path" and type_.name in _ZEROABLE


def _needs_no_value(type_: TypeRef) -> bool:
    """Whether the type is memory only: arrays of `MaybeUninit`."""
    if type_.kind == "array" and type_.args:
        return _needs_no_value(type_.args[0])
    return type_.kind == "path" and type_.name == "core::mem::MaybeUninit"
