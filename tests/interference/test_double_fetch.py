"""`double-fetch`: who can write in between decides, and so does what is done with the second value."""

from __future__ import annotations

import pytest

from scrutineer.facts.read import read_file
from scrutineer.model.finding import Finding
from scrutineer.model.target import CrateUnit
from scrutineer.rules.engine import check_unit
from scrutineer.rules.selection import select_rules
from scrutineer.rules.unit import Unit


def findings(text: str) -> tuple[Finding, ...]:
    """What the rule says of a crate of one file."""
    crate = CrateUnit(
        name="gate",
        root="src/lib.rs",
        kind="lib",
        edition="2021",
        extern_prelude=("core", "std", "memmap2", "vm_memory"),
    )
    files = (read_file("src/lib.rs", text.encode(), "2021"),)
    return check_unit(
        Unit(crate, files, {"src/lib.rs": text.encode()}.__getitem__), select_rules(["double-fetch"])
    )


STATIC = """
static mut LIMIT: usize = 0;
pub fn raise() { unsafe { LIMIT = 7 } }
pub fn at(all: &[u8]) -> u8 { unsafe { if LIMIT < all.len() { *all.get_unchecked(LIMIT) } else { 0 } } }
"""


def test_a_static_counts_only_if_something_writes_it() -> None:
    """Without `raise` nobody can come between."""
    (found,) = findings(STATIC)
    assert "`raise` can write it" in found.message
    assert findings(STATIC.replace("LIMIT = 7", "()")) == ()


OUTSIDE = {
    "a mapping": "pub fn f(m: &memmap2::Mmap, v: &[u8]) -> u8 { let n = m[0]; if n as usize >= v.len() { return 0; }\n"
    "unsafe { *v.get_unchecked(m[0] as usize) } }",
    "a guest": "pub fn f(m: &vm_memory::GuestMemoryMmap, a: vm_memory::GuestAddress, v: &[u8]) -> u8 {\n"
    "let n: usize = m.read_obj(a).unwrap(); if n >= v.len() { return 0; }\nlet n: usize = m.read_obj(a).unwrap(); v[n] }",
    "user space, by C's name": 'extern "C" { fn copy_from_user(to: *mut u8, from: *const u8, n: usize) -> usize; }\n'
    "pub fn f(a: *const u8, v: &[u8]) -> u8 { let mut n = 0u8; unsafe { copy_from_user(&mut n, a, 1) };\n"
    "if n as usize >= v.len() { return 0; }\n"
    "let mut k = 0u8; unsafe { copy_from_user(&mut k, a, 1) }; v[k as usize] }",
    "memory that the documentation calls shared": "/// # Safety\n/// `a` is valid, and shared with the device.\n"
    "pub unsafe fn f(a: *const usize, v: &[u8]) -> u8 { if a.read() >= v.len() { return 0; }\n"
    "unsafe { *v.get_unchecked(a.read()) } }",
}


@pytest.mark.parametrize("party", OUTSIDE)
def test_outside_parties_need_no_writer_in_the_crate(party: str) -> None:
    """What another process, the guest or a device writes is in no source."""
    (found,) = findings(OUTSIDE[party])
    assert found.level == "warning"
    assert found.related[1].message == "it is checked here"


OWN = """
pub fn f(v: &[u8]) -> u8 {
    let n = 3usize;
    let p = &n as *const usize;
    if unsafe { p.read_volatile() } >= v.len() { return 0; }
    unsafe { *v.get_unchecked(p.read_volatile()) }
}
pub fn g(p: *const usize, v: &[u8]) -> u8 {
    if unsafe { p.read() } >= v.len() { return 0; }
    unsafe { *v.get_unchecked(p.read()) }
}
pub fn h(p: *const usize, q: *const usize, v: &[u8]) -> u8 {
    if unsafe { p.read_volatile() } >= v.len() { return 0; }
    unsafe { *v.get_unchecked(q.read_volatile()) }
}
pub fn i(mut p: *const usize, v: &[u8]) -> u8 {
    if unsafe { p.read_volatile() } >= v.len() { return 0; }
    p = unsafe { p.add(1) };
    unsafe { *v.get_unchecked(p.read_volatile()) }
}
"""


def test_own_memory_other_places_and_moved_pointers_are_no_double_fetch() -> None:
    """A local variable, plain reads of a plain pointer, two pointers, one pointer that was moved on."""
    assert findings(OWN) == ()
