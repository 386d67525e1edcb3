"""Default features are those that `default` names, also through one another; they decide among variants."""

from __future__ import annotations

import pytest
from running import Listener

from scrutineer.run.crates import opened_crates
from scrutineer.run.options import Machine, Question
from trees import Write

MANIFEST = """
[package]
name = "varied"
version = "0.1.0"
edition = "2021"
[features]
default = ["std", "dep:serde", "other/feature"]
std = ["alloc"]
alloc = []
nightly = []
"""
SOURCE = """
#[cfg(not(feature = "alloc"))] mod without { pub fn make() {} }
#[cfg(feature = "alloc")] mod with { pub fn make() {} }
#[cfg(not(feature = "alloc"))] use without::make;
#[cfg(feature = "alloc")] use with::make;
#[cfg(feature = "nightly")] mod fast { pub fn find() {} }
#[cfg(not(feature = "nightly"))] mod slow { pub fn find() {} }
#[cfg(feature = "nightly")] use fast::find;
#[cfg(not(feature = "nightly"))] use slow::find;
pub fn usual() { make(); find(); }
#[cfg(not(feature = "alloc"))] pub fn small() { make(); }
#[cfg(feature = "nightly")] pub fn newest() { find(); }
"""


@pytest.mark.parametrize(
    ("caller", "modules"),
    [
        ("usual", ["varied::with", "varied::slow"]),
        ("small", ["varied::without"]),
        ("newest", ["varied::fast"]),
    ],
)
def test_default_features_decide_where_the_caller_does_not(
    tree: Write, caller: str, modules: list[str]
) -> None:
    root = tree({"Cargo.toml": MANIFEST, "src/lib.rs": SOURCE})
    with opened_crates(Question(str(root)), Machine(), Listener()) as opened:
        (unit,) = opened.units
        assert unit.crate.default_features == ("alloc", "std")
        program = unit.program
        (entry,) = program.find(f"crate::{caller}")
        called = [program.functions[edge.target.function] for edge in program.call_graph.calls(entry.index)]
    assert [program.modules[each.module].path for each in called] == modules
