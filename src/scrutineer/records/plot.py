"""Which chart an answer has."""

from __future__ import annotations

import importlib
import pkgutil

from scrutineer.records import charts
from scrutineer.records.answer import Answer
from scrutineer.records.charts import forest
from scrutineer.records.charts.parts import Spec
from scrutineer.records.errors import RecordsError


def plot(answer: Answer) -> Spec:
    """The chart module named like the question, else its comparisons side by side.

    Raises RecordsError when it has neither.
    """
    name = answer.question.split(" ")[0].replace("-", "_")
    if name in {module.name for module in pkgutil.iter_modules(charts.__path__)} - {
        "parts",
        "render",
        "forest",
    }:
        spec: Spec = importlib.import_module(f"{charts.__name__}.{name}").draw(answer)
        return spec
    if not answer.comparisons:
        raise RecordsError(f"`{answer.question}` has nothing to draw: {answer.says}")
    return forest.draw(answer)
