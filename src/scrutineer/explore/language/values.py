"""Expressions of the model language: Python syntax to `Expression` records."""

from __future__ import annotations

import ast

from scrutineer.explore.expressions import Binary, Expression, Local, Not, Shared, shared_places
from scrutineer.explore.language.names import Declared, Path, Scope
from scrutineer.explore.model import CellKind, ModelError
from scrutineer.explore.steps import Operation, Position, Set

_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.And: "and",
    ast.Or: "or",
}
MOST_UNROLLED = 64
"""A `for` over more numbers than this is a mistake in a small model."""


class Values:
    """Reads expressions in one scope. `before` collects what `:=` sets on the way."""

    def __init__(self, declared: Declared, scope: Scope) -> None:
        self.declared = declared
        self.scope = scope
        self.before: list[Operation] = []

    def at(self, node: ast.AST) -> Position:
        """Return the place of the node in the model's file."""
        return self.scope.source.at(node)

    def read(self, node: ast.expr) -> Expression:
        """Return the expression that the node computes."""
        match node:
            case ast.Constant(value=bool() | int() as value):
                return int(value)
            case ast.Name():
                return self._name(node)
            case ast.Attribute() | ast.Subscript():
                return self.place(node)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return fold(Not(self.read(operand)))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return fold(Binary("-", 0, self.read(operand)))
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _OPERATORS:
                return fold(Binary(_OPERATORS[type(operator)], self.read(left), self.read(right)))
            case ast.Compare(left=left, ops=operators, comparators=others):
                return self._compare(node, left, operators, others)
            case ast.BoolOp(op=operator, values=values):
                return self._logic(_OPERATORS[type(operator)], values)
            case ast.NamedExpr(target=target, value=value):
                local = self.scope.local(target)
                self.before.append(Set(local, self.read(value)))
                return local
            case ast.Call(func=ast.Name(id="all" | "any" as word), args=[ast.GeneratorExp() as every]):
                return self._every("and" if word == "all" else "or", every)
        raise ModelError(f"`{ast.unparse(node)}` is not part of the model language", self.at(node))

    def _name(self, node: ast.Name) -> Expression:
        match self.scope.look_up(node):
            case (int() | Local() | Shared() | Binary() | Not()) as value:
                return value
            case Path() as path:
                return self._cell(path, node)
        raise ModelError(f"`{node.id}` is not a number", self.at(node))

    def path(self, node: ast.expr) -> Path:
        """Return the path that the node spells; raise ModelError if it is not one into shared memory."""
        match node:
            case ast.Name():
                found = self.scope.look_up(node)
                if isinstance(found, Path):
                    return found
            case ast.Attribute(value=value, attr=name):
                return self.path(value).field(name)
            case ast.Subscript(value=value, slice=index):
                path = self.path(value)
                if path.index is not None:
                    raise ModelError(f"`{ast.unparse(node)}` has two indices", self.at(node))
                return Path(path.name, self.read(index))
        raise ModelError(f"`{ast.unparse(node)}` is not shared memory", self.at(node))

    def place(self, node: ast.expr) -> Shared:
        """Return the cell that the node names."""
        return self._cell(self.path(node), node)

    def _cell(self, path: Path, node: ast.AST) -> Shared:
        name = self.declared.spelled(path.name)
        if name not in self.declared.cells:
            raise ModelError(f"unknown cell `{path.name}`{self.declared.suggest(path.name)}", self.at(node))
        return Shared(name, path.index)

    def _compare(
        self, node: ast.expr, left: ast.expr, operators: list[ast.cmpop], others: list[ast.expr]
    ) -> Expression:
        match operators, others:
            case [ast.In() | ast.NotIn() as operator], [ast.Tuple(elts=options)]:
                value = self.read(left)
                found: Expression = 0
                for option in options:
                    found = fold(Binary("or", found, Binary("==", value, self.read(option))))
                return found if isinstance(operator, ast.In) else fold(Not(found))
            case [operator], [right] if type(operator) in _OPERATORS:
                return fold(Binary(_OPERATORS[type(operator)], self.read(left), self.read(right)))
        raise ModelError(f"`{ast.unparse(node)}`: compare two values at a time", self.at(node))

    def _logic(self, operator: str, values: list[ast.expr]) -> Expression:
        result = self.read(values[0])
        set_before = len(self.before)
        for value in values[1:]:
            result = fold(Binary(operator, result, self.read(value)))
        if len(self.before) != set_before:
            raise ModelError("`:=` may stand only first in `and` and `or`", self.at(values[0]))
        return result

    def _every(self, operator: str, every: ast.GeneratorExp) -> Expression:
        loop = every.generators[0]
        result: Expression = 1 if operator == "and" else 0
        if len(every.generators) != 1 or loop.ifs or not isinstance(loop.target, ast.Name):
            raise ModelError("write `all(... for k in range(...))`", self.at(every))
        shadowed = self.scope.bound.get(loop.target.id)
        for number in self.numbers(loop.iter):
            self.scope.bound[loop.target.id] = number
            result = fold(Binary(operator, result, self.read(every.elt)))
        self.scope.bound.pop(loop.target.id, None)
        if shadowed is not None:
            self.scope.bound[loop.target.id] = shadowed
        return result

    def numbers(self, node: ast.expr) -> list[int]:
        """Return the numbers of `range(...)` or a tuple; they must be known when the model is read."""
        match node:
            case ast.Call(func=ast.Name(id="range"), args=arguments):
                limits = [self.read(argument) for argument in arguments]
                known = [limit for limit in limits if isinstance(limit, int)]
                if len(known) == len(limits) and known:
                    found = range(*known)
                    if len(found) > MOST_UNROLLED:
                        raise ModelError(f"a loop over {len(found)} numbers is too long", self.at(node))
                    return list(found)
            case ast.Tuple(elts=elements):
                values = [self.read(element) for element in elements]
                if all(isinstance(value, int) for value in values):
                    return [value for value in values if isinstance(value, int)]
        raise ModelError("a `for` runs over `range(...)` of known numbers", self.at(node))

    def split(self, expression: Expression) -> bool:
        """Whether the expression touches more real memory than one step may."""
        return sum(self.real(place) for place in shared_places(expression)) > 1

    def real(self, place: Shared) -> bool:
        """Whether the place is memory of the program rather than a ghost."""
        return self.declared.cells[place.cell] is not CellKind.GHOST


def fold(expression: Expression) -> Expression:
    """Compute what is known when the model is read: `if check:` of a constant costs no step."""
    match expression:
        case Not(value=int() as value):
            return int(not value)
        case Binary(operator="and", left=int() as left, right=right):
            return right if left else 0
        case Binary(operator="or", left=int() as left, right=right):
            return 1 if left else right
        case Binary(operator="==", left=int() as left, right=int() as right):
            return int(left == right)
        case Binary(operator="!=", left=int() as left, right=int() as right):
            return int(left != right)
        case Binary(operator="<", left=int() as left, right=int() as right):
            return int(left < right)
        case Binary(operator="+", left=int() as left, right=int() as right):
            return left + right
        case Binary(operator="-", left=int() as left, right=int() as right):
            return left - right
        case Binary(operator="*", left=int() as left, right=int() as right):
            return left * right
        case Binary(operator="%", left=int() as left, right=int() as right) if right:
            return left % right
    return expression
