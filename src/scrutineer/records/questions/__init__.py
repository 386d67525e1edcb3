"""One question per module: `ASKS`, a sentence, and `answer(store)`. A module's name is the question's name."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from typing import cast

import msgspec

from scrutineer.records.answer import Answer
from scrutineer.records.errors import RecordsError
from scrutineer.records.store import Store


class Question(msgspec.Struct, frozen=True):
    """A question as it is asked for: its name, what it asks, and how it is answered."""

    name: str
    asks: str
    answer: Callable[[Store], Answer]
    headline: int  # of its comparisons, from the first, how many answer "fewer or more" as a whole


def question_names() -> tuple[str, ...]:
    """All questions, found by module name."""
    return tuple(sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules(__path__)))


def question(name: str) -> Question:
    """The question of this name; raises RecordsError, listing those that exist."""
    if name not in question_names():
        raise RecordsError(f"no question `{name}`; there are: {', '.join(question_names())}")
    module = importlib.import_module(f"{__name__}.{name.replace('-', '_')}")
    answer = cast("Callable[[Store], Answer]", module.answer)
    return Question(name, module.ASKS, answer, getattr(module, "HEADLINE", 0))
