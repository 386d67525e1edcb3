"""`unsafe fn remove`: the caller promises that the item is in no other list. What the kernel has."""

from _clients import LOCAL, OWNER, driver

from scrutineer.explore.parts import kernel_list


def take(s):
    kernel_list.take(s, OWNER, LOCAL)


def pop(s, item):
    kernel_list.remove(s, LOCAL, item, True)


def remove(s, item):
    kernel_list.remove(s, OWNER, item)


def model(items=3, removers=2):
    promise = "the item is in this list or in none"
    return driver("unsafe remove", take, pop, remove, items, removers, promise)
