"""What a call names, and what is passed to it."""

from __future__ import annotations

import ast
from types import ModuleType
from typing import TypeAlias

from scrutineer.explore.expressions import Expression
from scrutineer.explore.language.context import Context
from scrutineer.explore.language.names import Path
from scrutineer.explore.model import ModelError

Argument: TypeAlias = Path | Expression
"""A part of the shared memory, or a value."""


def function_called(context: Context, node: ast.expr) -> object:
    """What is called: a function by its name or by its module's, or None."""
    if isinstance(node, ast.Name):
        return context.frame.scope.look_up(node)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        owner = context.frame.scope.look_up(node.value)
        return getattr(owner, node.attr, None) if isinstance(owner, ModuleType) else None
    return None


def argument_of(context: Context, node: ast.expr) -> Argument:
    """What is passed: memory by its path, everything else by value."""
    found = context.frame.scope.look_up(node) if isinstance(node, ast.Name) else None
    if isinstance(node, ast.Attribute | ast.Subscript):
        found = context.values().path(node)
    if not isinstance(found, Path):
        return context.values().read(node)
    if context.declared.spelled(found.name) in context.declared.cells:
        raise ModelError(f"read `{ast.unparse(node)}` into a local before it is passed", context.at(node))
    return found
