"""Two locks taken in two orders: each thread holds what the other one waits for."""

from scrutineer.explore import Draft


def move_work(s, source, target):
    """Moves one unit of work between two queues, source locked first."""
    with s.queue[source].lock:
        with s.queue[target].lock:
            left = s.queue[source].length
            if left:
                s.queue[source].length = left - 1
                s.queue[target].length += 1
            left = 0


def move_work_in_order(s, source, target, first, second):
    """The same, always with the lower number locked first."""
    with s.queue[first].lock:
        with s.queue[second].lock:
            left = s.queue[source].length
            if left:
                s.queue[source].length = left - 1
                s.queue[target].length += 1
            left = 0


def queues(units):
    m = Draft("lock order", units=units)
    m.mutex("queue[].lock", 2)
    m.array("queue[].length", [units, units])
    m.fix = "the locks are taken in the order of the queues' numbers"

    @m.at_end("no unit of work is lost")
    def all_there(s):
        return s.queue[1].length + s.queue[2].length == 2 * units

    return m


def model(units=1):
    m = queues(units)
    m.thread(move_work, 1, 2)
    m.thread(move_work, 2, 1)
    return m


def fixed(units=1):
    m = queues(units)
    m.thread(move_work_in_order, 1, 2, 1, 2, name="move_work(1, 2)")
    m.thread(move_work_in_order, 2, 1, 1, 2, name="move_work(2, 1)")
    return m
