"""`boundary` as a user runs it."""

from __future__ import annotations

from pathlib import Path

from commands import scrutineer

from trees import Write

CODE = """
pub struct Holder { p: *const u8 }
impl Holder {
    pub fn get(&self) -> u8 { unsafe { *self.p } }
    pub fn set(&mut self, p: *const u8) { self.p = p; }
}
"""


def demo(tree: Write) -> Path:
    return tree({"Cargo.toml": '[package]\nname = "demo"\nedition = "2021"\n', "src/lib.rs": CODE})


def test_a_boundary_names_the_writers_and_the_field(tree: Write) -> None:
    folder = demo(tree)
    done = scrutineer("boundary", "Holder::get", "--no-cache", folder=folder)
    assert "demo::Holder::set (src/lib.rs:5, 1 lines): writes `Holder.p`" in done.out
    again = scrutineer("boundary", "Holder::get", "--no-cache", folder=folder)
    assert again.out == done.out
    answer = scrutineer("boundary", "Holder.p", "--no-cache", "--format", "json", folder=folder).report
    assert {entry["item"] for entry in answer["bases"][0]["base"]["entries"]} == {
        "demo::Holder",
        "demo::Holder::set",
    }
    graph = scrutineer("boundary", "Holder::get", "--no-cache", "--format", "dot", folder=folder)
    assert '"Holder.p" -> "demo::Holder::set";' in graph.out


def test_modules_show_what_must_be_reviewed_beside_what_is_unsafe(tree: Write) -> None:
    done = scrutineer("boundary", "--by-module", "--no-cache", folder=demo(tree))
    assert done.out.splitlines()[1].split() == ["3", "1", "5", "1", "demo"]


def test_an_item_that_is_not_there_is_a_mistake_of_the_user(tree: Write) -> None:
    done = scrutineer("boundary", "Nothing", "--no-cache", folder=demo(tree))
    assert done.status == 2
