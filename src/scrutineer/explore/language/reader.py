"""Statements of the model language: a thread's function, read statement by statement, becomes steps.

A step begins at each shared access, lock operation or test; plain work on locals belongs to the step before.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from types import FunctionType

from scrutineer.explore.expressions import Expression, Local, Not
from scrutineer.explore.language.assigning import assign, at_once, augment, check, hoist, target_of
from scrutineer.explore.language.calls import Argument, argument_of, function_called
from scrutineer.explore.language.context import Context, Frame
from scrutineer.explore.language.emitter import Label, OpenIf
from scrutineer.explore.language.names import Declared, Path, Scope, Source
from scrutineer.explore.language.synchronisation import guard, method, word
from scrutineer.explore.language.values import fold
from scrutineer.explore.language.words import Atomic
from scrutineer.explore.model import ModelError
from scrutineer.explore.steps import Cut, Operation, Position, Release, Set, Step


class Reader:
    """Turns one thread's function into steps."""

    def __init__(self, declared: Declared, shown: Callable[[str], str]) -> None:
        self.context = Context(declared)
        self.shown = shown

    def thread(self, function: Callable[..., object], arguments: tuple[int, ...]) -> tuple[Step, ...]:
        """Return the steps of a thread that calls the function with the shared memory and these arguments."""
        source = Source(function, self.shown)
        self._inline(source, [Path(), *arguments], None, source.at(source.tree), prefix="")
        return self.context.emitter.finish()

    def _inline(
        self, source: Source, arguments: list[Argument], result: Local | None, call: Position, *, prefix: str
    ) -> None:
        context = self.context
        names = [argument.arg for argument in source.tree.args.args]
        missing = len(names) - len(arguments)
        defaults = source.function.__defaults__ or ()
        if 0 < missing <= len(defaults):
            arguments = [*arguments, *defaults[-missing:]]
        if len(names) != len(arguments):
            raise ModelError(f"`{source.name}` takes {len(names)} values, not {len(arguments)}", call)
        if any(frame.scope.source.function is source.function for frame in context.frames):
            raise ModelError(f"`{source.name}` calls itself", call)
        scope = Scope(source, {}, prefix)
        outer = context.frames[-1].contract if context.frames else None
        for name, value in zip(names, arguments, strict=True):
            if name in source.assigned and not isinstance(value, Path):
                context.emitter.join(Set(Local(prefix + name), value), call, outer)
            else:
                scope.bound[name] = value
        context.frames.append(Frame(scope, result, source.contract or outer))
        self._block(source.tree.body)
        context.emitter.mark(context.frames.pop().end)

    def _block(self, statements: list[ast.stmt]) -> None:
        for statement in statements:
            self._statement(statement)

    def _statement(self, node: ast.stmt) -> None:
        context = self.context
        match node:
            case ast.Pass() | ast.Expr(value=ast.Constant()):
                pass
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._assign(target, value, node)
            case ast.AugAssign():
                augment(context, node)
            case ast.If(test=test, body=body, orelse=otherwise):
                self._if(test, body, otherwise)
            case ast.While(test=test, body=body, orelse=[]):
                self._while(test, body)
            case ast.For(target=ast.Name() as target, iter=numbers, body=body, orelse=[]):
                self._for(target, numbers, body)
            case ast.Break() if context.frame.loops:
                context.leave(context.frame.loops[-1][1], context.frame.loops[-1][2], node)
            case ast.Continue() if context.frame.loops:
                context.leave(context.frame.loops[-1][0], context.frame.loops[-1][2], node)
            case ast.Return(value=value):
                self._return(value, node)
            case ast.Assert():
                context.emit([*check(context, node)], node)
            case ast.With(items=[item], body=body):
                self._with(item.context_expr, body, node)
            case ast.Expr(value=ast.Call() as call) if self._call(call, None):
                pass
            case _:
                raise ModelError(
                    f"`{ast.unparse(node).splitlines()[0]}` is not part of the model language",
                    context.at(node),
                )

    def _assign(self, target: ast.expr, value: ast.expr, node: ast.stmt) -> None:
        place = target_of(self.context, target)
        if isinstance(value, ast.Call):
            result = place if isinstance(place, Local) else self.context.temporary()
            if self._call(value, result):
                if place is not result:
                    assign(self.context, place, result, node)
                    self.context.join(Set(result, 0), node)
                return
        values = self.context.values()
        expression = values.read(value)
        if values.before:
            raise ModelError("`:=` belongs in a test", self.context.at(node))
        assign(self.context, place, expression, node)

    def _call(self, call: ast.Call, result: Local | None) -> bool:
        """Read a call of a lock method, a word or a function of the model; False if it is none of these."""
        context = self.context
        function = function_called(context, call.func)
        if isinstance(function, FunctionType):
            operation = word(context, function, call, result)
            if operation is None:
                self._inline_call(function, call, result)
                return True
        else:
            operation = method(context, call, result)
        if operation is None:
            return False
        context.emit([operation], call)
        if isinstance(operation, Cut):
            context.emitter.tails = []
        return True

    def _inline_call(self, function: FunctionType, call: ast.Call, result: Local | None) -> None:
        source = Source(function, self.shown)
        arguments = [argument_of(self.context, node) for node in call.args]
        prefix = f"{self.context.frame.scope.prefix}{source.name}."
        self._inline(source, arguments, result, self.context.at(call), prefix=prefix)

    def _test(self, test: ast.expr) -> OpenIf | int:
        """Begin a step that decides; a test of known numbers gives its value and costs no step."""
        context = self.context
        negated = isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
        inner = test.operand if isinstance(test, ast.UnaryOp) and negated else test
        before: list[Operation] = []
        clear: list[Operation] = []
        result = context.temporary() if isinstance(inner, ast.Call) else None
        if isinstance(inner, ast.Call) and result and self._call(inner, result):
            expression: Expression = Not(result) if negated else result
            clear = [Set(result, 0)]
        else:
            values = context.values()
            expression = values.read(test)
            before = values.before
            if isinstance(expression, int) and not before:
                return expression
            if values.split(expression):
                expression, clear = hoist(context, expression, test)
        branch = OpenIf(fold(expression))
        branch.then.extend(clear)
        branch.otherwise.extend(clear)
        context.emit([*before, branch], test)
        return branch

    def _if(self, test: ast.expr, body: list[ast.stmt], otherwise: list[ast.stmt]) -> None:
        emitter = self.context.emitter
        branch = self._test(test)
        if isinstance(branch, int):
            self._block(body if branch else otherwise)
            return
        if not emitter.reachable:
            return
        emitter.tails = [branch.then]
        self._block(body)
        tails, pending = emitter.tails or [], emitter.pending
        emitter.tails, emitter.pending = [branch.otherwise], []
        self._block(otherwise)
        emitter.tails = [*tails, *(emitter.tails or ())]
        emitter.pending = [*pending, *emitter.pending]

    def _while(self, test: ast.expr, body: list[ast.stmt]) -> None:
        context, emitter = self.context, self.context.emitter
        start, end = Label(), Label()
        emitter.loop(start)
        branch = self._test(test)
        if branch == 0:
            return
        if isinstance(branch, OpenIf):
            emitter.tails = [branch.then]
        context.frame.loops.append((start, end, len(context.frame.guards)))
        self._block(body)
        emitter.jump(start, context.at(body[-1], last=True), context.frame.contract)
        context.frame.loops.pop()
        if isinstance(branch, OpenIf):
            emitter.tails = [branch.otherwise]
        emitter.mark(end)

    def _for(self, target: ast.Name, numbers: ast.expr, body: list[ast.stmt]) -> None:
        frame = self.context.frame
        end = Label()
        for number in self.context.values().numbers(numbers):
            following = Label()
            frame.loops.append((following, end, len(frame.guards)))
            frame.scope.bound[target.id] = number
            self._block(body)
            frame.loops.pop()
            self.context.emitter.mark(following)
        self.context.emitter.mark(end)

    def _return(self, value: ast.expr | None, node: ast.stmt) -> None:
        frame = self.context.frame
        if value is not None and frame.result is not None:
            assign(self.context, frame.result, self.context.values().read(value), node)
        self.context.leave(frame.end, 0, node)

    def _with(self, node: ast.expr, body: list[ast.stmt], statement: ast.With) -> None:
        context = self.context
        if isinstance(node, ast.Name) and isinstance(context.frame.scope.look_up(node), Atomic):
            context.emit(at_once(context, body), statement, atomic=True)
            return
        acquire = guard(context.values(), node)
        release = Release(acquire.lock, acquire.index)
        context.emit([acquire], statement)
        context.frame.guards.append(release)
        self._block(body)
        context.frame.guards.pop()
        context.emit([release], statement, last=True)
