"""From a function that was found to the target of a call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrutineer.model.types import TypeRef
from scrutineer.program.generated import is_generated
from scrutineer.program.members import Member
from scrutineer.program.typing.methods import Found
from scrutineer.program.typing.records import CallKind, CallTarget, Truth

if TYPE_CHECKING:
    from scrutineer.program.program import Program

_OPEN: dict[str, CallKind] = {"param": "generic", "projection": "generic", "impl": "generic", "dyn": "dyn"}


def target_of(found: Found, result: TypeRef) -> CallTarget:
    """The target of a call of a method or associated function."""
    member = found.member
    kind: CallKind = "std" if member.crate == "std" else "resolved"
    parameter = ""
    if found.bound is not None or (kind == "std" and found.self_type.kind in _OPEN and member.trait):
        kind = _OPEN.get(found.self_type.kind, kind)
        parameter = str(found.self_type) if kind == "generic" else ""
    return CallTarget(
        kind,
        member.path,
        "" if member.crate == "std" else member.crate,
        member.function,
        member.trait,
        found.self_type,
        parameter,
        truth(member.signature.unsafe),
        member.signature,
        result,
        (),
        found.dereferences,
        found.autoref,
    )


def free_target(program: Program, member: Member, result: TypeRef) -> CallTarget:
    """The target of a call of a function that is no member of anything."""
    kind: CallKind = "std" if member.crate == "std" else "resolved"
    owner = program.crate_of(member.path)
    if kind == "resolved" and owner is not None and owner.functions[member.function].item.foreign:
        kind = "foreign"
    return CallTarget(
        kind,
        member.path,
        "" if member.crate == "std" else member.crate,
        member.function,
        unsafe=truth(member.signature.unsafe),
        signature=member.signature,
        result=result,
    )


def external_target(path: str) -> CallTarget:
    """The target of a call into a crate that was not read."""
    crate, _, rest = path.partition("::")
    if is_generated(crate):
        last = rest.rpartition("::")
        unsafe: Truth = "unknown" if any(part[:1].isupper() for part in last[0].split("::")) else "yes"
        return CallTarget("foreign", path, unsafe=unsafe)
    if crate in ("core", "std"):
        return CallTarget("std", path)
    return CallTarget("external", path)


def constructor(path: str, result: TypeRef) -> CallTarget:
    """The target of `Some(…)` and its like."""
    return CallTarget("constructor", path, unsafe="no", result=result)


def ambiguous(found: list[Found]) -> bool:
    """Whether candidates are of different functions."""
    return len({(each.member.trait, each.member.path.rpartition("::")[2]) for each in found}) > 1


def truth(value: bool) -> Truth:
    """A certain answer."""
    return "yes" if value else "no"
