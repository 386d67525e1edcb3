"""The id of the list in an atomic: a safe `remove` that does nothing when the item is elsewhere."""

from _clients import OWNER, driver
from id_in_plain_field import pop, remove, take


def model(items=3, removers=2):
    m = driver("id check in an atomic", take, pop, remove, items, removers)
    m.atomic("item[].id", [OWNER] * items)
    m.array("list[].id", [OWNER, 2])
    return m
