"""Where work is done: in this process, or in a pool of them. Parsing holds Python's lock, so threads do not help."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

Task = TypeVar("Task")
Answer = TypeVar("Answer")
SMALL = 3 << 19  # bytes of source below which starting processes costs more than it saves
_READING = 2  # times as much where files are only read: less is to be done with it, and memory holds it all
_METHOD = "fork" if sys.platform == "linux" else "spawn"
_COLLECTED = 3 << 20  # bytes of source whose garbage may lie about


class Executor(Protocol):
    """Does tasks, in any order. `small`: there is so little to do that memory can hold it all, in one process."""

    small: bool
    processes: int

    def run(
        self, work: Callable[[Task], Answer], tasks: Iterable[Task], failed: Callable[[Task], Answer]
    ) -> Iterator[Answer]:
        """Answers as they come. `failed` answers for a task that took its process down with it."""
        ...

    def prepare(self, here: Callable[[], None]) -> None:
        """Do here what several tasks would do: processes begin with what it leaves in memory."""
        ...

    def close(self) -> None:
        """Let processes go."""
        ...


class InProcess:
    """Does tasks here, one after another, without collecting garbage unasked: records hold no cycles."""

    processes = 1

    def __init__(self, *, small: bool) -> None:
        self.small = small

    def run(
        self, work: Callable[[Task], Answer], tasks: Iterable[Task], failed: Callable[[Task], Answer]
    ) -> Iterator[Answer]:
        """Answers in order."""
        del failed
        was = gc.isenabled()
        gc.disable()
        try:
            yield from map(work, tasks)
        finally:
            if was:
                gc.enable()

    def prepare(self, here: Callable[[], None]) -> None:
        """Nothing: the first task that asks does it for all."""
        del here

    def close(self) -> None:
        """Nothing to let go."""


class Pool:
    """Does tasks in processes of their own; one that dies costs the task it was doing, not the audit."""

    small = False

    def __init__(self, processes: int) -> None:
        self.processes = processes
        self._pool: ProcessPoolExecutor | None = None

    def prepare(self, here: Callable[[], None]) -> None:
        """Do it and have new processes forked from this one; where they cannot be, each task does it."""
        if _METHOD == "fork":
            self.close()
            here()

    def _start(self) -> ProcessPoolExecutor:
        import multiprocessing  # noqa: PLC0415 - a warm audit needs no processes
        from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 - the same

        context = multiprocessing.get_context(_METHOD)
        return ProcessPoolExecutor(self.processes, mp_context=context, initializer=prepare_worker)

    def run(
        self, work: Callable[[Task], Answer], tasks: Iterable[Task], failed: Callable[[Task], Answer]
    ) -> Iterator[Answer]:
        """Answers as they come. When a process dies, what was under way is done again, one task at a time."""
        from concurrent.futures import as_completed  # noqa: PLC0415 - a warm audit needs no processes
        from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415 - the same

        lost: list[Task] = []
        pool = self._pool = self._pool or self._start()
        futures: dict[Future[Answer], Task] = {pool.submit(work, task): task for task in tasks}
        for future in as_completed(list(futures)):
            task = futures.pop(future)
            try:
                yield future.result()
            except BrokenProcessPool:
                lost.append(task)
        if lost:
            self.close()
        for task in lost:
            yield self._alone(work, task, failed)

    def _alone(self, work: Callable[[Task], Answer], task: Task, failed: Callable[[Task], Answer]) -> Answer:
        from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415 - as above

        self._pool = self._pool or self._start()
        try:
            return self._pool.submit(work, task).result()
        except BrokenProcessPool:
            self.close()
            return failed(task)

    def close(self) -> None:
        """Stop the processes; what they have not begun is dropped."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None


def prepare_worker() -> None:
    """Records hold no cycles: a worker collects no garbage unasked, and what it was forked with stays shared."""
    gc.disable()
    gc.freeze()


class Collector:
    """Collects garbage after every so many bytes of source: a crate seen whole is full of cycles."""

    def __init__(self) -> None:
        self._since = 0

    def spend(self, size: int) -> None:
        """Say how much source the last task was about."""
        self._since += size
        if self._since >= _COLLECTED:
            self._since = 0
            gc.collect()


def executor_for(size: int, processes: int, *, bodies: bool) -> Executor:
    """A pool for much source, this process for little. `size` is in bytes; without `bodies` there is less to do."""
    small = size < (SMALL if bodies else SMALL * _READING)
    return InProcess(small=small) if small or processes == 1 else Pool(processes)
