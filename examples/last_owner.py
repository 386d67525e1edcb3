"""Dropping the last count of an `Arc`-like object by hand: the test for zero apart from the decrement."""

from scrutineer.explore import Draft, atomic
from scrutineer.explore.parts.arc import counted, give_back, use


def drop_broken(s):
    """Decrements, then looks at the counter again: two owners may both see zero."""
    use(s.object)
    s.object.count -= 1
    if s.object.count == 0:
        with atomic:
            assert not s.object.freed, "the object is freed once"
            s.object.freed = 1


def drop_fixed(s):
    """Uses what the decrement itself returned."""
    use(s.object)
    give_back(s.object)


def owners(drop, count):
    m = Draft("last owner", owners=count)
    counted(m, "object", count)
    for number in range(1, count + 1):
        m.thread(drop, name=f"owner {number}")

    @m.at_end("the object is freed")
    def freed(s):
        return s.object.freed

    m.fix = "the decrement and the test are one atomic operation"
    return m


def model(count=2):
    return owners(drop_broken, count)


def fixed(count=2):
    return owners(drop_fixed, count)
