"""Assignments and assertions of the model language, with their shared accesses told apart."""

from __future__ import annotations

import ast

from scrutineer.explore.expressions import Binary, Expression, Local, Not, Shared, shared_places
from scrutineer.explore.language.context import Context
from scrutineer.explore.language.emitter import OpenIf, Unfinished
from scrutineer.explore.language.values import Values
from scrutineer.explore.model import CellKind, ModelError
from scrutineer.explore.steps import Check, Contract, Operation, Set


def hoist(context: Context, expression: Expression, node: ast.AST) -> tuple[Expression, list[Operation]]:
    """Read each shared place in a step of its own; return what is left and what clears the copies."""
    clear: list[Operation] = []

    def copy(part: Expression, *, certain: bool) -> Expression:
        match part:
            case Shared(cell=cell, index=index):
                if not certain:
                    raise ModelError(
                        "two shared accesses in one `and`/`or`: split the test", context.at(node)
                    )
                place = Shared(cell, None if index is None else copy(index, certain=certain))
                local = context.temporary()
                context.emit([Set(local, place)], node)
                clear.append(Set(local, 0))
                return local
            case Binary(operator=operator, left=left, right=right):
                first = copy(left, certain=certain)
                return Binary(operator, first, copy(right, certain=certain and operator not in {"and", "or"}))
            case Not(value=value):
                return Not(copy(value, certain=certain))
        return part

    return copy(expression, certain=True), clear


def assign(context: Context, target: Local | Shared, expression: Expression, node: ast.AST) -> None:
    """Write steps for one assignment: one for each access to real memory."""
    values = context.values()
    clear: list[Operation] = []
    if isinstance(target, Local):
        if values.split(expression):
            expression, clear = hoist(context, expression, node)
        if next(shared_places(expression), None) is None:
            context.join(Set(target, expression), node)
        else:
            context.emit([Set(target, expression)], node)
    else:
        if _real(values, expression) and (values.real(target) or values.split(expression)):
            expression, clear = hoist(context, expression, node)
        if target.index is not None and _real(values, target.index):
            index, more = hoist(context, target.index, node)
            target, clear = Shared(target.cell, index), [*clear, *more]
        context.emit([Set(target, expression)], node)
    for operation in clear:
        context.join(operation, node)


def _real(values: Values, expression: Expression) -> bool:
    return any(values.real(place) for place in shared_places(expression))


def target_of(context: Context, node: ast.expr) -> Local | Shared:
    """Return what an assignment to the node sets."""
    return context.frame.scope.local(node) if isinstance(node, ast.Name) else context.values().place(node)


def augment(context: Context, node: ast.AugAssign) -> None:
    """`x += e`: a read and a write; one step where the cell is atomic or a ghost."""
    target = target_of(context, node.target)
    expression = context.values().read(ast.BinOp(node.target, node.op, node.value))
    if isinstance(target, Shared) and context.declared.cells[target.cell] is not CellKind.PLAIN:
        context.emit([Set(target, expression)], node)
    else:
        assign(context, target, expression, node)


def check(context: Context, node: ast.Assert) -> list[Operation]:
    """Return the operations of an assertion; all of it is looked at in one step."""
    values = context.values()
    sentence = node.msg.value if isinstance(node.msg, ast.Constant) else ast.unparse(node.test)
    condition = values.read(node.test)
    return [*values.before, Check(condition, Contract(str(sentence)))]


def at_once(context: Context, body: list[ast.stmt]) -> Unfinished:
    """Return the operations of a `with atomic:` block, all of them one step."""
    done: Unfinished = []
    for node in body:
        values = context.values()
        match node:
            case ast.Pass() | ast.Expr(value=ast.Constant()):
                pass
            case ast.Assign(targets=targets, value=value):
                expression = values.read(value)
                done += [Set(target_of(context, target), expression) for target in targets]
            case ast.AugAssign(target=target, op=operator, value=value):
                total = values.read(ast.BinOp(target, operator, value))
                done.append(Set(target_of(context, target), total))
            case ast.If(test=test, body=then, orelse=otherwise):
                branch = OpenIf(values.read(test))
                branch.then, branch.otherwise = at_once(context, then), at_once(context, otherwise)
                done += [*values.before, branch]
            case ast.Assert():
                done += check(context, node)
            case _:
                what = ast.unparse(node).splitlines()[0]
                raise ModelError(f"`{what}` cannot stand in `with atomic:`", context.at(node))
    return done
