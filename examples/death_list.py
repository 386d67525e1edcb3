"""The death list of Rust Binder (CVE-2025-68260): a list is taken out of its lock and walked without it.

`scrutineer explore examples/death_list.py` shows the race, with `--fix` the proof of the repaired driver.
"""

from scrutineer.explore import Draft, atomic
from scrutineer.explore.parts.kernel_list import remove, ring, take

OWNER, LOCAL = 1, 2


def release_broken(s):
    """`Node::release` as shipped: takes the whole list, drops the lock, then pops items."""
    with s.owner.inner:
        take(s, OWNER, LOCAL)
    while item := s.list[LOCAL].first:
        remove(s, LOCAL, item, True)
        with atomic:
            if not s.cleared[item]:
                s.dead[item] = 1
            item = 0


def release_fixed(s):
    """`Node::release` as repaired: takes one item at a time, under the lock."""
    while True:
        with s.owner.inner:
            if not (item := s.list[OWNER].first):
                break
            remove(s, OWNER, item, True)
        with atomic:
            if not s.cleared[item]:
                s.dead[item] = 1
            item = 0


def set_cleared(s, k):
    """`NodeDeath::set_cleared`: removes its own item from the owner's death list, under the lock."""
    with atomic:
        s.cleared[k] = 1
        need = not s.dead[k]
    if need:
        with s.owner.inner:
            remove(s, OWNER, k)


def death_list(release, items, removers):
    """The model with one of the two release functions."""
    m = Draft("death list", items=items, removers=removers)
    ring(m, items, "death_list", "local list")
    m.mutex("owner.inner")
    m.array("cleared", [0] * items)
    m.array("dead", [0] * items)
    m.thread(release, name="release")
    for k in range(1, removers + 1):
        m.thread(set_cleared, k, name=f"set_cleared(item {k})")

    @m.at_end("every item is handed out exactly once")
    def once(s):
        return all(s.owners[k] == 1 for k in range(1, items + 1))

    m.fix = "release keeps the lock while it takes one item, instead of taking the whole list out of the lock"
    return m


def model(items=3, removers=2):
    """The driver of Linux 6.18."""
    return death_list(release_broken, items, removers)


def fixed(items=3, removers=2):
    """The repaired driver."""
    return death_list(release_fixed, items, removers)
