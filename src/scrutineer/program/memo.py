"""Answers that are kept with the program or function they are about, and go when it goes."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar, cast


class Keeper(Protocol):
    """What answers can be kept with: a program, or the flow of a function."""

    kept: dict[object, object]


Subject = TypeVar("Subject", bound=Keeper)
Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


def kept(
    function: Callable[Concatenate[Subject, Arguments], Answer],
) -> Callable[Concatenate[Subject, Arguments], Answer]:
    """Ask a function of a program, or of a flow, and hashable arguments only once.

    `functools.cache` would hold the subject itself, and a run over many crates would hold them all.
    """

    @wraps(function)
    def ask(subject: Subject, /, *arguments: Arguments.args, **named: Arguments.kwargs) -> Answer:
        key = (function, arguments, tuple(named.items()))
        if key not in subject.kept:
            subject.kept[key] = function(subject, *arguments, **named)
        return cast("Answer", subject.kept[key])

    return ask
