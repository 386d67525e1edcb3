"""Removal by cursor: the remover walks the list it has locked, so it can only meet items of that list."""

from _clients import LOCAL, OWNER, driver

from scrutineer.explore.parts import kernel_list


def take(s):
    kernel_list.take(s, OWNER, LOCAL)


def pop(s, item):
    kernel_list.remove(s, LOCAL, item, True)


def remove(s, wanted):
    first = s.list[OWNER].first
    cursor = first
    while cursor:
        if cursor == wanted:
            kernel_list.remove(s, OWNER, cursor, True)
            break
        cursor = s.item[cursor].next
        if cursor == first:
            break
    first = cursor = 0


def model(items=3, removers=2):
    return driver("removal by cursor under the lock", take, pop, remove, items, removers)
