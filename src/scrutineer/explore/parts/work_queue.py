"""A work queue: a ring of slots under a lock, a condition variable for those who wait for work."""

from __future__ import annotations

from typing import Any

from scrutineer.explore.language.draft import Draft


def work_queue(model: Draft, name: str, size: int) -> None:
    """Declare a queue for at most `size` entries, each a number that is not 0.

    Cells: `name.slot`, `name.head`, `name.length`, `name.closed`; lock `name.lock`; condition `name.more`.
    """
    model.array(f"{name}.slot", [0] * size)
    model.cell(f"{name}.head")
    model.cell(f"{name}.length")
    model.cell(f"{name}.closed")
    model.mutex(f"{name}.lock")
    model.condition(f"{name}.more")


def push(queue: Any, value: int, size: int) -> None:
    """Put an entry at the end and wake one worker. `size` is that of the queue."""
    with queue.lock:
        head = queue.head
        length = queue.length
        assert queue.length < size, "the queue has room"
        queue.slot[(head + length) % size + 1] = value
        queue.length = length + 1
        head = length = 0
        queue.more.notify_one()


def pop(queue: Any, size: int) -> Any:
    """Take the first entry, after waiting for one; 0 when the queue is closed and empty."""
    with queue.lock:
        while not (length := queue.length):
            closed = queue.closed
            if closed:
                closed = 0
                return 0
            queue.more.wait(queue.lock)
        head = queue.head
        value = queue.slot[head + 1]
        queue.head = (head + 1) % size
        queue.length = length - 1
        head = length = 0
    return value


def close(queue: Any) -> None:
    """Let every worker that finds no entry go home."""
    with queue.lock:
        queue.closed = 1
        queue.more.notify_all()
