"""A lock that is given back while its guard lives on: what was read under it before is not what is there after."""

from __future__ import annotations

import pytest

from scrutineer.facts.read import read_file
from scrutineer.model.target import CrateUnit
from scrutineer.rules.engine import check_unit
from scrutineer.rules.selection import select_rules
from scrutineer.rules.unit import Unit

_WAITS = {
    "std": ("use std::sync::{Condvar, Mutex};", "self.queue.lock().unwrap()", "queue = self.more.wait(queue).unwrap();"),
    "parking_lot": ("use parking_lot::{Condvar, Mutex};", "self.queue.lock()", "self.more.wait(&mut queue);"),
    "unlocked": ("use parking_lot::{Condvar, Mutex, MutexGuard};", "self.queue.lock()", "MutexGuard::unlocked(&mut queue, || ());"),
}  # fmt: skip


def reported(use: str, body: str) -> list[str]:
    """Lines that follow a pointer after its guard."""
    text = f"{use}\npub struct Mill {{ queue: Mutex<Vec<u8>>, more: Condvar }}\nimpl Mill {{\n    pub fn next(&self) -> u8 {{\n{body}\n}}\n}}\n"
    crate = CrateUnit(
        name="mill", root="src/lib.rs", kind="lib", edition="2021", extern_prelude=("std", "parking_lot")
    )
    files = (read_file("src/lib.rs", text.encode(), "2021"),)
    unit = Unit(crate, files, {"src/lib.rs": text.encode()}.__getitem__)
    lines = text.splitlines()
    return [lines[each.start.line - 1] for each in check_unit(unit, select_rules(["guard-outlived"]))]


@pytest.mark.parametrize("library", _WAITS)
def test_a_pointer_into_a_buffer_does_not_survive_a_wait(library: str) -> None:
    """The guard is the same, but others had the lock meanwhile."""
    use, take, wait = _WAITS[library]
    start, follow = f"let mut queue = {take};\n", "let byte = unsafe { *first };"
    make, end = "let first = queue.as_ptr();\n", "\ndrop(queue);\nbyte"
    assert reported(use, f"{start}{make}{wait}\n{follow}{end}") == [follow]
    assert reported(use, f"{start}{wait}\n{make}{follow}{end}") == []
    assert reported(use, f"{start}{make}{follow}\n{wait}{end}") == []
