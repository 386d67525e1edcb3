"""A worker that waits with `if` instead of `while`: another worker takes the entry it was woken for."""

from scrutineer.explore import Draft
from scrutineer.explore.parts.work_queue import pop, push, work_queue

SIZE = 2


def pop_with_if(s):
    """Waits once; after waking it believes that there is an entry."""
    with s.queue.lock:
        if s.queue.length == 0:
            s.queue.more.wait(s.queue.lock)
        length = s.queue.length
        assert s.queue.length > 0, "the worker was woken because there is an entry"
        s.queue.length = length - 1
        length = 0


def pop_with_while(s):
    """The queue's own `pop`, which looks again after waking."""
    work = pop(s.queue, SIZE)
    assert work, "every worker gets an entry"


def producer(s):
    push(s.queue, 1, SIZE)
    push(s.queue, 2, SIZE)


def workers(take):
    m = Draft("stolen work")
    work_queue(m, "queue", SIZE)
    m.thread(producer)
    m.thread(take, name="worker 1")
    m.thread(take, name="worker 2")
    m.fix = "the worker looks again after it woke up"
    return m


model = workers(pop_with_if)
fixed = workers(pop_with_while)
