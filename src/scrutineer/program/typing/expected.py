"""From where a value goes to what it is: `let x: T = zeroed()`, `Box::into_raw(Box::new(uninitialized()))`.

Rust infers in both directions. One sweep against the order of evaluation gives the values whose type is open the
type of the variable, field, result or parameter that they end in, unless a coercion may stand between.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from scrutineer.model.body import Operand, Operation
from scrutineer.model.types import UNKNOWN, TypeRef
from scrutineer.program.terms import Bindings, is_known, match, substitute

if TYPE_CHECKING:
    from scrutineer.program.typing.bodies import BodyTyper

_UNSIZED = frozenset({"dyn", "slice", "str", "unknown", "infer"})


def learn_backwards(typer: BodyTyper) -> None:
    """Complete the types of locals from the places that they are moved to."""
    waiting = {number for number, type_ in enumerate(typer.locals) if _is_open(type_)}
    if not waiting:
        return
    for number in reversed(range(len(typer.body.blocks))):
        operations = typer.body.blocks[number].operations
        for position in reversed(range(len(operations))):
            operation = operations[position]
            if any(_waits(operand, waiting) for operand in operation.operands):
                for operand, type_ in _expectations(typer, operation, (number, position)):
                    if _waits(operand, waiting) and operand.place is not None:
                        typer.learn(operand.place, type_)


def _is_open(type_: TypeRef) -> bool:
    return type_.kind == "unknown" or any(map(_is_open, type_.args))


def _waits(operand: Operand, waiting: set[int]) -> bool:
    place = operand.place
    return operand.mode != "receiver" and place is not None and not place.steps and place.local in waiting


def _expectations(
    typer: BodyTyper, operation: Operation, at: tuple[int, int]
) -> Iterator[tuple[Operand, TypeRef]]:
    """Operands with the type that the operation wants of them, as far as no coercion may come between."""
    target = typer.place(operation.target).type if operation.target is not None else UNKNOWN
    wanted: Iterable[TypeRef] = ()
    if operation.kind == "assign" and operation.name != "bind":
        wanted = [target]
    elif operation.kind == "aggregate" and target.kind == "path" and operation.fields:
        variant = typer.steps.variant(target, operation.name)
        wanted = [typer.steps.field(target, name, variant)[0] for name in operation.fields]
    elif operation.kind == "borrow" and target.kind == "ref":
        wanted = target.args
    elif operation.kind == "call":
        wanted = _parameters(typer, operation, at, target)
    for operand, type_ in zip(operation.operands, wanted, strict=False):
        if is_known(type_) and not (operation.kind in {"assign", "aggregate"} and _may_coerce(type_)):
            yield operand, type_


def _may_coerce(type_: TypeRef) -> bool:
    """Whether a value of another type may stand where this one is wanted: references, unsized pointees."""
    if type_.kind in {"ref", "fn", "dyn", "closure", "impl", "never", "projection"}:
        return True
    if type_.kind == "pointer" or type_.last in {"Box", "Rc", "Arc", "Pin", "NonNull"}:
        return not type_.args or type_.args[0].kind in _UNSIZED or _may_coerce(type_.args[0])
    return False


def _parameters(
    typer: BodyTyper, operation: Operation, at: tuple[int, int], result: TypeRef
) -> Iterator[TypeRef]:
    """Types of a call's parameters, its generics bound by what is known of the result and the other arguments."""
    called = typer.targets.get(at)
    signature = called.signature if called is not None else None
    if called is not None and called.kind == "constructor":
        owner, _, last = called.path.rpartition("::")
        variant = last if owner == result.name or owner.endswith(f"::{result.last}") else ""
        for number in range(len(operation.operands)):
            field = typer.steps.field(result, str(number), variant)[0]
            yield UNKNOWN if _may_coerce(field) else field
    if called is None or signature is None:
        return
    bindings: Bindings = {"Self": called.self_type} if called.self_type is not None else {}
    if signature.self_type is not None and called.self_type is not None:
        match(signature.self_type, called.self_type, signature.generics, bindings)
    given = signature.self_type if signature.result.kind == "self" else signature.result
    match(given or UNKNOWN, result, signature.generics, bindings)
    for parameter, operand in zip(signature.parameters, operation.operands, strict=False):
        if operand.mode == "use":
            match(parameter, typer.operand(operand), signature.generics, bindings)
    known = dict.fromkeys(signature.generics, UNKNOWN)
    known.update((name, type_) for name, type_ in bindings.items() if is_known(type_))
    for parameter in signature.parameters:
        inner = parameter.args[0] if parameter.kind == "ref" else parameter
        wanted = substitute(parameter, known)
        yield wanted if inner.kind == "param" or not _may_coerce(wanted) else UNKNOWN
