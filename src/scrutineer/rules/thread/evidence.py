"""Looks at bodies and makers: what speaks for or against an `unsafe impl Send/Sync` beyond fields and signatures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scrutineer.model.types import TypeRef
from scrutineer.program.callgraph import Edge
from scrutineer.program.entries import FunctionEntry
from scrutineer.program.program import Program
from scrutineer.program.properties import SYNC
from scrutineer.rules.thread.exposure import rename_to_declared
from scrutineer.rules.thread.records import Missing, ThreadImpl

if TYPE_CHECKING:
    from scrutineer.rules.thread.impls import ThreadImpls

_THREAD_PATHS = ("std::thread::LocalKey::", "std::thread::current", "std::thread::Thread::id")


def used_in_place(impls: ThreadImpls, impl: ThreadImpl, param: str) -> Iterator[Missing]:
    """A field whose type is the parameter itself, and a `&self` function that works on it."""
    for need in impls.needs.of_type(impl.self_type, SYNC):
        if need.param == param and need.bare:
            user = _user_of(impls.program, impl.self_type.name, need.field, param)
            if user is not None:
                yield Missing(param, SYNC, need, function=user)
                return


def _user_of(program: Program, path: str, field: str, param: str) -> FunctionEntry | None:
    """A safe `&self` function whose body touches a field, and that does not itself ask for `param: Sync`."""
    declared = program.type_paths[path][0].item.generics.types
    for record in program.impl_index.own_for_head(path):
        renamed = rename_to_declared(record.type, declared)
        own = next((name for name, type_ in renamed.items() if type_.name == param), "")
        if not own:
            continue
        for numbers in program.impl_index.functions_of(record).values():
            for number in numbers:
                if _is_user(program, number, field, own):
                    return program.functions[number]
    return None


def _is_user(program: Program, function: int, field: str, param: str) -> bool:
    item = program.functions[function].item
    if item.receiver != "&self" or item.unsafe or not _touches(program, function, field):
        return False
    bounds = program.resolver.signature(function).bounds
    return program.properties.implements(TypeRef("param", param), SYNC, bounds) != "yes"


def _touches(program: Program, function: int, field: str) -> bool:
    entry = program.functions[function]
    body = program.bodies.of(program.files[entry.file], entry.number)
    wanted = "." + field
    return body is not None and any(
        operand.place is not None and operand.place.local == 1 and wanted in operand.place.steps
        for block in body.blocks
        for operation in block.operations
        for operand in operation.operands
    )


def made_only_with(program: Program, impl: ThreadImpl, missing: Missing) -> bool:
    """Whether every function that makes a value of the type asks for the bound: then no value lacks it."""
    position = impl.type.item.generics.types.index(missing.param)
    makers = 0
    for entry in program.functions:
        if not entry.item.result.args or entry.item.foreign or entry.item.test:
            continue
        signature = program.resolver.signature(entry.index)
        made = _instance(signature.result, impl.self_type.name)
        if made is None or any(_instance(given, impl.self_type.name) for given in signature.parameters):
            continue
        makers += 1
        argument = made.args[position] if position < len(made.args) else None
        if (
            argument is None
            or program.properties.implements(argument, missing.trait, signature.bounds) != "yes"
        ):
            return False
    return makers > 0


def made_from_shared(program: Program, impl: ThreadImpl, param: str) -> FunctionEntry | None:
    """A function without receiver that makes a value of the type from a shared reference to the parameter's values."""
    position = impl.type.item.generics.types.index(param)
    for entry in program.functions:
        if entry.item.receiver or entry.item.foreign or entry.item.test or entry.item.unsafe:
            continue
        signature = program.resolver.signature(entry.index)
        made = _instance(signature.result, impl.self_type.name) or (
            signature.self_type if signature.result.kind == "self" else None
        )
        if made is None or made.name != impl.self_type.name or position >= len(made.args):
            continue
        if any(_lends(given, made.args[position]) for given in signature.parameters):
            return entry
    return None


def _lends(given: TypeRef, value: TypeRef) -> bool:
    """Whether a parameter is a shared reference to a value, or to a slice of such."""
    if given.kind != "ref" or given.mutable:
        return False
    inner = given.args[0]
    return inner == value or (inner.kind in {"slice", "array"} and inner.args[0] == value)


def _instance(type_: TypeRef, path: str) -> TypeRef | None:
    """The first occurrence of a type inside another."""
    if type_.kind == "path" and type_.name == path:
        return type_
    return next((found for arg in type_.args if (found := _instance(arg, path)) is not None), None)


def checks_thread(program: Program, impl: ThreadImpl) -> bool:
    """Whether the type knows its thread: it holds a thread's id, or a parameter that gives one.

    A reentrant lock lends `&T` to one thread at a time; that it is the same one is checked when the code runs.
    """
    scope = program.resolver.scope_of(impl.type)
    types = [program.resolver.resolve(field.type, scope) for field in impl.type.item.fields]
    types += [trait for bound in impl.bounds for trait in bound.traits]
    return any(_mentions_thread(program, type_, 4) for type_ in types)


def _mentions_thread(program: Program, type_: TypeRef, depth: int) -> bool:
    if type_.kind == "path" and type_.last.endswith("ThreadId"):
        return True
    inner = list(type_.args)
    found = program.type_entry(type_.name) if type_.kind == "path" and depth else None
    if found is not None:
        scope = found[0].resolver.scope_of(found[1])
        inner += [found[0].resolver.resolve(field.type, scope) for field in found[1].item.fields]
        inner += [t for b in found[0].resolver.bounds(found[1].item.generics, scope) for t in b.traits]
    return depth > 0 and any(_mentions_thread(program, one, depth - 1) for one in inner)


def knows_thread(program: Program, function: int, depth: int = 3) -> bool:
    """Whether a function asks which thread it runs on: it lends each thread its own value."""
    for edge in program.call_graph.calls(function):
        if edge.target.path.startswith(_THREAD_PATHS) or _visits_thread_local(program, function, edge):
            return True
        inner = edge.target.function if edge.target.crate == program.root else -1
        if depth and inner >= 0 and inner != function and knows_thread(program, inner, depth - 1):
            return True
    return False


def _visits_thread_local(program: Program, function: int, edge: Edge) -> bool:
    """`KEY.with(…)` of a static whose type is not known: `thread_local!` declares it inside a macro."""
    typed = program.typing.type_body(function)
    if edge.target.kind != "unknown" or edge.closure or typed is None:
        return False
    operation = typed.body.blocks[edge.block].operations[edge.operation]
    receiver = operation.operands[0].place if operation.operands else None
    named = operation.callee is not None and operation.callee.name in {"with", "try_with"}
    return named and receiver is not None and receiver.static.isupper()
