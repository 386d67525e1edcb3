"""A guard that lives too long: the temporary of `if let` is dropped after the `else`, not before it.

    if let Some(v) = self.table.lock().get(key) { .. } else { self.table.lock().insert(key) }

Up to edition 2021 the guard of the first `lock()` is still alive in the `else`, which locks again.
"""

from scrutineer.explore import Draft


def look_up_or_insert_2021(s):
    """The scrutinee's guard lives to the end of the whole `if let`."""
    with s.table.lock:
        if s.table.entry:
            pass
        else:
            with s.table.lock:
                s.table.entry = 1


def look_up_or_insert_2024(s):
    """Edition 2024, or a `let` before the `if`: the guard is dropped before the `else`."""
    with s.table.lock:
        found = s.table.entry
    if not found:
        with s.table.lock:
            s.table.entry = 1


def table(look_up, callers):
    m = Draft("if let keeps its guard", callers=callers)
    m.mutex("table.lock")
    m.cell("table.entry")
    for number in range(1, callers + 1):
        m.thread(look_up, name=f"look_up_or_insert {number}")
    m.fix = "the guard is dropped before the `else`"
    return m


def model(callers=2):
    return table(look_up_or_insert_2021, callers)


def fixed(callers=2):
    return table(look_up_or_insert_2024, callers)
