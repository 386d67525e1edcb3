"""A lost wake-up: the flag is looked at, the lock dropped, and the notification comes before the sleep."""

from scrutineer.explore import Draft


def wait_broken(s):
    """Looks at the flag in one critical section and goes to sleep in another."""
    with s.lock:
        ready = s.ready
    if not ready:
        with s.lock:
            s.changed.wait(s.lock)


def wait_fixed(s):
    """Looks and sleeps in one critical section, and looks again after waking."""
    with s.lock:
        while not s.ready:
            s.changed.wait(s.lock)


def announce(s):
    """Sets the flag and wakes whoever sleeps: nobody, if it is too early."""
    with s.lock:
        s.ready = 1
        s.changed.notify_one()


def completion(wait):
    m = Draft("lost wake-up")
    m.mutex("lock")
    m.condition("changed")
    m.cell("ready")
    m.thread(wait, name="wait")
    m.thread(announce)
    m.fix = "the flag is checked under the lock that the sleep releases"
    return m


model = completion(wait_broken)
fixed = completion(wait_fixed)
