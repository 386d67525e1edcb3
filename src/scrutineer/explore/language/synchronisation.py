"""Calls of the model language that synchronise: methods of locks and condition variables, `until`, `cut`."""

from __future__ import annotations

import ast

from scrutineer.explore.expressions import Expression, Local
from scrutineer.explore.language import words
from scrutineer.explore.language.context import Context
from scrutineer.explore.language.values import Values
from scrutineer.explore.model import ModelError
from scrutineer.explore.steps import Acquire, Await, Choose, Cut, Notify, Operation, Release, Wait

_WAYS = {"lock": False, "write_lock": False, "write": False, "read_lock": True, "read": True}
"""Methods that take a lock, and whether as one of several readers."""
_TRIES = {"try_lock": False, "try_write_lock": False, "try_read_lock": True}


def guard(values: Values, node: ast.expr) -> Acquire:
    """Return what `with node:` acquires: `s.lock`, `s.lock.read()`, `s.lock.write()`."""
    shared = False
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _WAYS:
        shared = _WAYS[node.func.attr]
        node = node.func.value
    name, index = lock(values, node)
    return Acquire(name, index, shared)


def lock(values: Values, node: ast.expr) -> tuple[str, Expression | None]:
    """Return the name and index of the lock that the node spells."""
    path = values.path(node)
    name = values.declared.spelled(path.name)
    if name not in values.declared.locks:
        raise ModelError(f"unknown lock `{path.name}`{values.declared.suggest(path.name)}", values.at(node))
    return name, path.index


def method(context: Context, call: ast.Call, result: Local | None) -> Operation | None:
    """Return what a call of a method of shared memory does, or None if it is not one."""
    if not isinstance(call.func, ast.Attribute):
        return None
    values = context.values()
    owner, name = call.func.value, call.func.attr
    if name in _TRIES:
        if result is None:
            raise ModelError("keep what a try-lock returns", context.at(call))
        return Acquire(*lock(values, owner), _TRIES[name], result)
    if name in _WAYS:
        return Acquire(*lock(values, owner), _WAYS[name])
    if name == "unlock":
        return Release(*lock(values, owner))
    condition = values.path(owner).name
    if condition not in context.declared.conditions:
        known = ", ".join(f"`{word}`" for word in (*_WAYS, *_TRIES, "unlock"))
        raise ModelError(f"`.{name}()` is not a method of a lock ({known})", context.at(call))
    match name, call.args:
        case "wait", [held]:
            return Wait(condition, lock(values, held)[0])
        case "notify_one", []:
            return Notify(condition)
        case "notify_all", []:
            return Notify(condition, everyone=True)
    raise ModelError("a condition variable has wait(lock), notify_one(), notify_all()", context.at(call))


def word(context: Context, function: object, call: ast.Call, result: Local | None) -> Operation | None:
    """Return what a word such as `until(...)` does, or None if the function is not one of them."""
    values = context.values()
    if function is words.until:
        return Await(values.read(call.args[0]))
    if function is words.choose:
        if result is None:
            raise ModelError("assign the choice to a local", context.at(call))
        options = [values.read(option) for option in call.args]
        numbers = tuple(option for option in options if isinstance(option, int))
        if len(numbers) != len(options):
            raise ModelError("the options of a choice are known numbers", context.at(call))
        return Choose(result, numbers)
    if function is words.cut:
        sentence = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else "cut"
        return Cut(str(sentence))
    return None
