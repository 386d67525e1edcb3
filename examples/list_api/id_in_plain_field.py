"""Every item carries the id of its list in a plain field, and `remove` compares it. The race moves to the id."""

from _clients import LOCAL, OWNER, driver

from scrutineer.explore.parts import kernel_list

FRESH = 3


def take(s):
    kernel_list.take(s, OWNER, LOCAL)
    s.list[LOCAL].id = OWNER
    s.list[OWNER].id = FRESH


def pop(s, item):
    kernel_list.remove(s, LOCAL, item, True)
    s.item[item].id = 0


def remove(s, item):
    mine = s.list[OWNER].id
    if s.item[item].id == mine:
        kernel_list.remove(s, OWNER, item, True)
        s.item[item].id = 0
    mine = 0


def model(items=3, removers=2):
    promise = "nobody else removes the item meanwhile"
    m = driver("id check in a plain field", take, pop, remove, items, removers, promise)
    m.array("item[].id", [OWNER] * items)
    m.array("list[].id", [OWNER, LOCAL])
    return m
