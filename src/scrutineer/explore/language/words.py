"""The words of the model language. They stand in functions that are read, so calling one is an error."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType, TracebackType
from typing import TypeVar

from scrutineer.explore.model import ModelError
from scrutineer.explore.steps import Contract

_Function = TypeVar("_Function", bound=FunctionType | Callable[..., object])
_CONTRACT = "__scrutineer_contract__"


class Atomic:
    """`with atomic:` makes one step of its body; its accesses are atomic and never race with one another."""

    def __enter__(self) -> None:
        raise ModelError("`with atomic:` belongs in a thread of a model, which is read and not run")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Never reached."""


atomic = Atomic()


def until(condition: object) -> None:
    """Block the thread until the condition holds."""
    raise ModelError(f"`until({condition!r})` belongs in a thread of a model, which is read and not run")


def choose(*options: int) -> int:
    """Pick one of the numbers: every choice is explored."""
    raise ModelError(f"`choose{options!r}` belongs in a thread of a model, which is read and not run")


def cut(bound: str) -> None:
    """End the model here, at a bound such as "loop unrolled 3 times"; the verdict names it."""
    raise ModelError(f"`cut({bound!r})` belongs in a thread of a model, which is read and not run")


def contract(sentence: str, source: str = "") -> Callable[[_Function], _Function]:
    """Say what a part promises or demands: a schedule that breaks inside it quotes the sentence.

    `source` is where the sentence stands, such as `rust/kernel/list.rs: List::remove`.
    """

    def mark(function: _Function) -> _Function:
        setattr(function, _CONTRACT, Contract(sentence, source))
        return function

    return mark


def contract_of(function: object) -> Contract | None:
    """Return what `contract` said about the function."""
    found = getattr(function, _CONTRACT, None)
    return found if isinstance(found, Contract) else None
