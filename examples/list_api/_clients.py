"""The two functions of the driver that every design of the list must serve, unchanged."""

from scrutineer.explore import Draft, atomic
from scrutineer.explore.parts.kernel_list import ring

OWNER, LOCAL = 1, 2


def driver(name, take, pop, remove, items, removers, unsafe_contract=""):
    """The driver over one design: `take(s)`, `pop(s, item)` and `remove(s, item)` are the list's."""

    def release(s):
        with s.owner.inner:
            take(s)
        while item := s.list[LOCAL].first:
            pop(s, item)
            with atomic:
                if not s.cleared[item]:
                    s.dead[item] = 1
                item = 0

    def set_cleared(s, k):
        with atomic:
            s.cleared[k] = 1
            need = not s.dead[k]
        if need:
            with s.owner.inner:
                remove(s, k)

    m = Draft(name, items=items, removers=removers)
    ring(m, items, "death_list", "local list")
    m.mutex("owner.inner")
    m.array("cleared", [0] * items)
    m.array("dead", [0] * items)
    m.thread(release)
    for k in range(1, removers + 1):
        m.thread(set_cleared, k, name=f"set_cleared(item {k})")

    @m.at_end("every item is handed out exactly once")
    def once(s):
        return all(s.owners[k] == 1 for k in range(1, items + 1))

    m.unsafe_contract = unsafe_contract
    return m
