"""Answers that are kept with the program they are about, and go when it goes."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar, cast

if TYPE_CHECKING:
    from scrutineer.program.program import Program

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


def kept(
    function: Callable[Concatenate[Program, Arguments], Answer],
) -> Callable[Concatenate[Program, Arguments], Answer]:
    """Ask a function of a program and hashable arguments only once.

    `functools.cache` would hold the program itself, and a run over many crates would hold them all.
    """

    @wraps(function)
    def ask(program: Program, /, *arguments: Arguments.args, **named: Arguments.kwargs) -> Answer:
        key = (function, arguments, tuple(named.items()))
        if key not in program.kept:
            program.kept[key] = function(program, *arguments, **named)
        return cast("Answer", program.kept[key])

    return ask
