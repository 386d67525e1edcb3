"""Tells the user how far a run is, and what did not go well, on standard error."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_PATIENCE = 1.0  # seconds before a bar appears: most audits are over by then


class Watcher(Protocol):
    """Is told what happens in a run."""

    def start(self, what: str, total: int) -> None:
        """A new stage with that many steps."""
        ...

    def advance(self, steps: int) -> None:
        """Steps done."""
        ...

    def warn(self, text: str) -> None:
        """Something did not go well, and the run goes on."""
        ...

    def stop(self) -> None:
        """All is done; leave no trace."""
        ...


class Quiet:
    """Shows warnings only: nobody watches."""

    def start(self, what: str, total: int) -> None:
        """Nothing to show."""

    def advance(self, steps: int) -> None:
        """Nothing to show."""

    def warn(self, text: str) -> None:
        """Write the warning."""
        sys.stderr.write(f"scrutineer: warning: {text}\n")

    def stop(self) -> None:
        """Nothing to take away."""


class Bar(Quiet):
    """A bar that appears once the run has taken a while."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._stage = ("", 0)
        self._done = 0

    def start(self, what: str, total: int) -> None:
        """Begin a new stage."""
        self._stage, self._done, self._task = (what, total), 0, None
        self.advance(0)

    def advance(self, steps: int) -> None:
        """Show how far the stage is, if the run is old enough."""
        self._done += steps
        if time.monotonic() - self._began < _PATIENCE:
            return
        bar = self._bar or self._show()
        if self._task is None:
            for task in bar.task_ids:
                bar.remove_task(task)
            self._task = bar.add_task(self._stage[0], total=self._stage[1])
        bar.update(self._task, completed=self._done)

    def _show(self) -> Progress:
        from rich.console import Console  # noqa: PLC0415 - 100 ms that short runs do not pay
        from rich.progress import Progress  # noqa: PLC0415 - the same

        self._bar = Progress(console=Console(stderr=True), transient=True)
        self._bar.start()
        return self._bar

    def stop(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def watcher() -> Watcher:
    """A bar if standard error is a terminal."""
    return Bar() if sys.stderr.isatty() else Quiet()
