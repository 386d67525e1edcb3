"""Who can name, write and call what."""

from __future__ import annotations

from crates import crate, function

from scrutineer.program.program import Program
from scrutineer.program.writers import writers

TEXT = """
mod store {
    pub struct Store { items: Vec<u8>, pub(crate) open: u8, pub world: u8 }
    impl Store {
        pub fn add(&mut self, x: u8) { self.items.push(x); }
        fn clear(&mut self) { self.items = Vec::new(); }
        pub fn count(&self) -> usize { self.len() }
        fn len(&self) -> usize { self.items.len() }
    }
    mod deeper { fn poke(store: &mut super::Store) { store.items.clear(); } }
    pub struct Hidden { items: u8 }
    impl Hidden { fn set(&mut self) { self.items = 1; } }
}
pub use store::Store;
fn outside(store: &mut Store) { store.open = 1; a(); }
fn a() { b(); } fn b() { a(); c(); } fn c() {}
"""


def _writers(program: Program, name: str, field: str) -> dict[str, bool]:
    (entry,) = (entry for entry in program.types if entry.item.name == name)
    found = writers(program, program.visibility, entry, field)
    return {program.functions[writer.function].item.name: writer.certain for writer in found}


def test_a_private_field_is_written_inside_its_module_only() -> None:
    program = crate(TEXT)
    found = _writers(program, "Store", "items")
    assert {name for name, certain in found.items() if certain} >= {"add", "clear"}
    assert "set" not in found
    assert "outside" not in found
    assert found["poke"] is False


def test_a_field_of_the_crate_is_written_anywhere_in_it() -> None:
    assert _writers(crate(TEXT), "Store", "open") == {"outside": False}


def test_boundaries_end_where_the_field_can_be_named() -> None:
    program = crate(TEXT)
    (entry,) = (entry for entry in program.types if entry.item.name == "Store")
    reach = [program.visibility.boundary(entry, field).reach for field in entry.item.fields]
    assert reach == ["module", "crate", "world"]


def test_what_a_public_path_leads_to_is_reachable() -> None:
    program = crate(TEXT)

    def reachable(name: str) -> bool:
        (entry,) = (e for table in (program.types, program.functions) for e in table if e.item.name == name)
        return program.visibility.is_reachable(entry)

    assert reachable("Store")
    assert reachable("add")
    assert not reachable("Hidden")
    assert not reachable("clear")
    assert not reachable("outside")


def test_callers_and_components_follow_resolved_calls() -> None:
    program = crate(TEXT)
    graph = program.call_graph
    length = function(program, "store::Store::len")
    assert [program.functions[edge.caller].item.name for edge in graph.callers(length)] == ["count"]
    order = [{program.functions[index].item.name for index in part} for part in graph.bottom_up()]
    assert order.index({"c"}) < order.index({"a", "b"}) < order.index({"outside"})
