"""What a model says of a list method is what the method's lowered body does, on every ring of up to four elements."""

from __future__ import annotations

import itertools
import os

import pytest
from list_machine import LIST, Machine, Memory, ring

from scrutineer.cli.target_options import Asked, question
from scrutineer.explore.explore import explore
from scrutineer.explore.expressions import Binary, Expression, Local, Shared
from scrutineer.explore.model import Model, Thread
from scrutineer.explore.steps import Check, Contract, Set
from scrutineer.explore.verdict import VerdictKind
from scrutineer.facts.read import read_file
from scrutineer.flow.function import Flows
from scrutineer.interference.containers import rings
from scrutineer.interference.protocol.lists import GUARDED, Ring, pop
from scrutineer.interference.protocol.writer import StepWriter
from scrutineer.model.target import CrateUnit
from scrutineer.program.program import Program
from scrutineer.run.crates import opened_crates
from scrutineer.run.options import Machine as Processors
from scrutineer.run.watcher import Quiet

_LIST = "kernel::list::List"
_SOURCE = """
use core::ptr;
pub struct Links { next: *mut Links, prev: *mut Links }
pub struct List { first: *mut Links }
impl List {
    pub fn is_empty(&self) -> bool { self.first.is_null() }
    pub unsafe fn remove(&mut self, item: *mut Links) -> Option<*mut Links> {
        let Links { next, prev } = unsafe { *item };
        if next.is_null() { return None; }
        Some(unsafe { self.unlink(item, next, prev) })
    }
    pub fn pop_front(&mut self) -> Option<*mut Links> {
        if self.is_empty() { return None; }
        unsafe { self.remove(self.first) }
    }
    unsafe fn unlink(&mut self, item: *mut Links, next: *mut Links, prev: *mut Links) -> *mut Links {
        unsafe {
            (*next).prev = prev;
            (*prev).next = next;
            (*item).prev = ptr::null_mut();
            (*item).next = ptr::null_mut();
        }
        if self.first == item { self.first = unsafe { (*prev).next }; }
        item
    }
}
"""


def _fixture(text: str) -> Flows:
    source = f"pub mod list {{ {text} }}".encode()
    crate = CrateUnit(name="kernel", root="src/lib.rs", kind="kernel", edition="2021", panic="abort")
    program = Program(crate, (read_file("src/lib.rs", source, "2021"),), None, lambda _: source)
    return Flows(program)


def _modelled(items: int, does: list[int], memory: Memory) -> VerdictKind:
    """Whether the model of these operations (an element to remove, 0 to pop) ends with this memory."""
    container, writer, item = Ring(items), StepWriter(), Local("item")
    for each in does:
        if each:
            writer.step(Set(item, each))
            container.remove(writer, GUARDED, item)
        else:
            pop(container, writer, GUARDED, item)
    writer.step()
    places: dict[tuple[object, str], Expression] = {(LIST, "first"): Shared("list[].first", GUARDED)}
    for number, field in itertools.product(range(1, items + 1), ("next", "prev")):
        places[number, field] = Shared(f"item[].{field}", number)
    final = tuple(
        Check(Binary("==", places[key], value), Contract(f"{key} is {value}", "the list's source"))
        for key, value in memory.items()
    )
    return explore(Model("mapping", (Thread("t", tuple(writer.steps)),), container.cells(), final=final)).kind


def _agree(flows: Flows) -> None:
    methods = {"remove": f"{_LIST}::remove", "pop": f"{_LIST}::pop_front"}
    mapped = rings()[_LIST]
    assert (mapped.action(methods["remove"]), mapped.action(methods["pop"])) == ("remove", "pop")
    for items in range(1, 5):
        for does in itertools.product(range(items + 1), repeat=2):
            memory = ring(items)
            machine = Machine(flows, memory)
            for each in does:
                if each:
                    machine.run(methods["remove"], LIST, each)
                else:
                    machine.run(methods["pop"], LIST)
            assert _modelled(items, list(does), memory) is VerdictKind.PROVED, (items, does, memory)


def test_the_mapping_agrees_with_a_list_of_the_same_design() -> None:
    """Every pair of removals and pops, elements that are in no list included."""
    _agree(_fixture(_SOURCE))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("(*next).prev = prev;", ""),
        ("(*item).next = ptr::null_mut();", ""),
        ("if self.first == item { self.first = unsafe { (*prev).next }; }", ""),
        ("if next.is_null() { return None; }", "if !next.is_null() { return None; }"),
    ],
)
def test_a_list_that_does_something_else_does_not_agree(right: str, wrong: str) -> None:
    """The comparison can fail."""
    assert right in _SOURCE
    with pytest.raises((AssertionError, KeyError)):
        _agree(_fixture(_SOURCE.replace(right, wrong)))


@pytest.mark.full
def test_the_mapping_agrees_with_the_list_of_the_kernel() -> None:
    """The lowered bodies of the real tree's list."""
    tree = os.environ.get("SCRUTINEER_KERNEL_TREE")
    if not tree:
        pytest.skip("needs a Linux tree")
    with opened_crates(question(tree, Asked()), Processors(), Quiet()) as opened:
        unit = next(each for each in opened.units if each.program.find(f"{_LIST}::remove"))
        _agree(unit.flows)
