"""Run audits in tests, with a cache of their own or none."""

from __future__ import annotations

from pathlib import Path

from scrutineer.model.finding import Report
from scrutineer.run.audit import audited
from scrutineer.run.options import Machine, Options, Question


class Listener:
    """Keeps warnings and the stages that took place."""

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self.steps: dict[str, int] = {}
        self._stage = ""

    def start(self, what: str, total: int) -> None:
        self._stage = what
        self.steps[what] = 0
        del total

    def advance(self, steps: int) -> None:
        self.steps[self._stage] += steps

    def warn(self, text: str) -> None:
        self.warnings.append(text)

    def stop(self) -> None:
        pass


def run(
    *words: str | Path,
    cache: str | Path = "",
    processes: int = 1,
    listener: Listener | None = None,
    options: Options = Options(),  # noqa: B008 - frozen
) -> list[Report]:
    questions = [Question(str(word), options) for word in words]
    with audited(
        questions, Machine(cache=str(cache), processes=processes), listener or Listener()
    ) as answers:
        return [answer.report for answer in answers]
