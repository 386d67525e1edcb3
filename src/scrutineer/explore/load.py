"""Models from files: runs a model's Python file, which is the user's own, and builds what it defines."""

from __future__ import annotations

import inspect
import linecache
import runpy
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from scrutineer.explore.language.draft import Draft, shown_path
from scrutineer.explore.model import Model, ModelError
from scrutineer.explore.steps import Position

_Built = TypeVar("_Built")
MODEL, FIXED = "model", "fixed"
"""What a model's file defines: a draft or a model, or a function that returns one and whose parameters are bounds."""


class ModelFile:
    """A model's file after it ran."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.names = _run(path)
        if MODEL not in self.names:
            raise ModelError("defines no `model`", Position(shown_path(str(path)), 1))

    @property
    def has_fix(self) -> bool:
        """Whether the file defines a repaired variant."""
        return FIXED in self.names

    def build(self, name: str = MODEL, sizes: dict[str, int] | None = None) -> Model:
        """Build `model` or `fixed` with these sizes. Raises ModelError with the place of a mistake."""
        found = self.names.get(name)
        if found is None:
            raise ModelError(f"defines no `{name}`", Position(shown_path(str(self.path)), 1))
        sizes = sizes or {}
        if callable(found):
            accepted = inspect.signature(found).parameters
            if unknown := next((size for size in sizes if size not in accepted), None):
                known = ", ".join(accepted) or "none"
                raise ModelError(f"`{name}` has no bound `{unknown}` (it has: {known})", self._place(found))
            made = found
            found = _guarded(self.path, lambda: made(**sizes))
        elif sizes:
            raise ModelError(f"`{name}` takes no bounds: make it a function", self._place(found))
        if isinstance(found, Draft):
            draft = found
            found = _guarded(self.path, draft.finish)
        if not isinstance(found, Model):
            raise ModelError(f"`{name}` is neither a draft nor a model", self._place(found))
        return found

    def _place(self, found: object) -> Position:
        code = getattr(found, "__code__", None)
        return Position(shown_path(str(self.path)), code.co_firstlineno if code else 1)


def _run(path: Path) -> dict[str, object]:
    """Run the file. It may import parts that lie beside it, which are forgotten afterwards."""
    folder = str(path.resolve().parent)
    before = set(sys.modules)
    linecache.checkcache(str(path))  # the file may have changed since it was last read in this process
    sys.path.insert(0, folder)
    try:
        return _guarded(path, lambda: runpy.run_path(str(path), run_name="scrutineer_model"))
    finally:
        sys.path.remove(folder)
        for name in set(sys.modules) - before:
            if str(getattr(sys.modules[name], "__file__", "")).startswith(folder):
                del sys.modules[name]


def _guarded(path: Path, build: Callable[[], _Built]) -> _Built:
    """Call `build`; an exception of the user's own code becomes a ModelError with the line it came from."""
    try:
        return build()
    except ModelError:
        raise
    except SyntaxError as error:
        raise ModelError(f"{error.msg}", Position(shown_path(str(path)), error.lineno or 1)) from error
    except Exception as error:
        frames = [f for f in traceback.extract_tb(error.__traceback__) if Path(f.filename) == path]
        line = frames[-1].lineno if frames else 1
        message = f"{type(error).__name__}: {error}"
        raise ModelError(message, Position(shown_path(str(path)), line or 1)) from error
