"""Crates written as text, seen whole."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

from scrutineer.facts.read import read_file
from scrutineer.model.target import CrateUnit
from scrutineer.model.types import TypeRef
from scrutineer.program.program import Program
from scrutineer.program.typing import CallTarget, TypedBody


def crate(
    files: str | Mapping[str, str],
    *,
    name: str = "sample",
    edition: str = "2021",
    dependencies: Mapping[str, Program] | None = None,
    externs: tuple[str, ...] = (),
) -> Program:
    """A library crate of files by path; a single text is `src/lib.rs`. `externs` are crates that are not read."""
    written = {"src/lib.rs": files} if isinstance(files, str) else files
    sources = {path: textwrap.dedent(text).encode() for path, text in written.items()}
    unit = CrateUnit(name=name, root="src/lib.rs", kind="lib", edition=edition, extern_prelude=externs)  # type: ignore[arg-type]
    facts = [read_file(path, text) for path, text in sources.items()]
    return Program(unit, facts, dependencies, sources.__getitem__)


def function(program: Program, path: str) -> int:
    """Index of the only function with that path."""
    (entry,) = program.find(f"crate::{path}")
    return entry.index


def typed(program: Program, path: str) -> TypedBody:
    """A function's typed body."""
    found = program.typing.type_body(function(program, path))
    assert found is not None
    return found


def local(body: TypedBody, name: str) -> str:
    """The type of a variable, as text."""
    return str(local_type(body, name))


def local_type(body: TypedBody, name: str) -> TypeRef:
    """The type of a variable."""
    (found,) = (
        type_ for known, type_ in zip(body.body.locals, body.locals, strict=True) if known.name == name
    )
    return found


def calls(body: TypedBody, *, constructors: bool = False) -> list[CallTarget]:
    """Targets in the order of the body, closures after it."""
    own = [target for _, target in sorted(body.calls.items(), key=lambda item: item[0])]
    inner = [target for closure in body.closures for target in calls(closure)]
    return [target for target in own + inner if constructors or target.kind != "constructor"]


def call(body: TypedBody, name: str) -> CallTarget:
    """The only call of that name."""
    (found,) = (target for target in calls(body, constructors=True) if target.name == name)
    return found
