"""What a name in a thread function means: shared memory, a local, a constant, another function."""

from __future__ import annotations

import ast
import builtins
import difflib
import inspect
import textwrap
from collections.abc import Callable
from types import FunctionType

from scrutineer.explore.expressions import Expression, Local
from scrutineer.explore.language.words import contract_of
from scrutineer.explore.model import CellKind, ModelError
from scrutineer.explore.steps import Contract, Position


class Path:
    """A path into shared memory that is not complete yet: `s`, `s.item`, `s.item[k]`, `s.item[k].next`."""

    def __init__(self, name: str = "", index: Expression | None = None) -> None:
        self.name = name
        self.index = index

    def field(self, name: str) -> Path:
        """Return the path one name further."""
        return Path(f"{self.name}.{name}" if self.name else name, self.index)


class Declared:
    """The names that a draft declares, by what they are."""

    def __init__(self) -> None:
        self.cells: dict[str, CellKind] = {}
        self.locks: set[str] = set()
        self.conditions: set[str] = set()

    def spelled(self, path: str) -> str:
        """Return the declared name of a path: `s.item[k].next` is `item.next` here and declared `item[].next`."""
        everything = (*self.cells, *self.locks, *self.conditions)
        return next((name for name in everything if name.replace("[]", "") == path), path)

    def suggest(self, name: str) -> str:
        """Return `; did you mean ...?` for a declared name that is close."""
        known = [n.replace("[]", "") for n in (*self.cells, *self.locks, *self.conditions)]
        close = difflib.get_close_matches(name, known, 1)
        return f"; did you mean `{close[0]}`?" if close else ""


class Source:
    """The text of one function of the model's file, parsed, with the means to name places in it."""

    def __init__(self, function: Callable[..., object], shown: Callable[[str], str]) -> None:
        if not isinstance(function, FunctionType):
            raise ModelError(f"{function!r} is not a function written with `def`")
        self.function = function
        self.name = function.__name__
        self.path = shown(function.__code__.co_filename)
        self.contract: Contract | None = contract_of(function)
        try:
            lines, self.first = inspect.getsourcelines(function)
        except (OSError, TypeError) as error:
            raise ModelError(f"the source of `{self.name}` cannot be read: {error}") from error
        self.lines = lines
        tree = ast.parse(textwrap.dedent("".join(lines))).body[0]
        if not isinstance(tree, ast.FunctionDef):
            raise ModelError(
                f"`{self.name}` is not a function written with `def`", Position(self.path, self.first)
            )
        self.tree = tree
        self.assigned = {
            node.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }

    def at(self, node: ast.AST, *, last: bool = False) -> Position:
        """Return the place of a node; with `last`, of its last line."""
        line = getattr(node, "end_lineno" if last else "lineno", 1)
        text = self.lines[line - 1].strip() if line <= len(self.lines) else ""
        return Position(self.path, self.first + line - 1, text)

    def outside(self, name: str) -> object:
        """Return what the name means outside the function, or None."""
        function = self.function
        for variable, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
            if variable == name:
                return cell.cell_contents
        return function.__globals__.get(name, getattr(builtins, name, None))


class Scope:
    """The names inside one call of a function: parameters bound to what was passed, the rest locals."""

    def __init__(self, source: Source, bound: dict[str, object], prefix: str) -> None:
        self.source = source
        self.bound = bound
        self.prefix = prefix

    def look_up(self, node: ast.Name) -> object:
        """Return a Path, an Expression, a function or word; raise ModelError for an unknown name."""
        name = node.id
        if name in self.bound:
            return self.bound[name]
        if name in self.source.assigned:
            return Local(self.prefix + name)
        found = self.source.outside(name)
        if found is None:
            raise ModelError(f"unknown name `{name}`", self.source.at(node))
        return int(found) if isinstance(found, int) else found

    def local(self, node: ast.Name) -> Local:
        """Return the local that an assignment to this name sets."""
        if isinstance(self.bound.get(node.id), Path):
            raise ModelError(f"`{node.id}` is shared memory: assign to a field of it", self.source.at(node))
        return Local(self.prefix + node.id)
