"""Paths mean what rustc says they mean."""

from __future__ import annotations

import pytest
from crates import crate

from scrutineer.program.program import Program
from scrutineer.program.scope import Scope

FILES = {
    "src/lib.rs": """
        pub mod outer;
        mod flat { pub use crate::outer::inner::deep::*; pub(crate) fn own() {} }
        #[path = "elsewhere/odd.rs"] mod renamed;
        #[cfg(unix)] #[path = "unix.rs"] mod imp;
        #[cfg(windows)] #[path = "windows.rs"] mod imp;
        pub use outer::inner::deep::Hidden as Shown;
        use std::sync::Arc;
        use core::mem;
        pub enum Kind { One, Two(u8) }
        use Kind::*;
        pub struct Vec;
    """,
    "src/outer.rs": "pub mod inner; pub fn up() {}",
    "src/outer/inner/mod.rs": "pub mod deep; pub use super::up;",
    "src/outer/inner/deep.rs": "pub struct Hidden { x: u8 } pub fn f() {} fn private() {}",
    "src/elsewhere/odd.rs": "mod below; pub fn odd() {}",
    "src/elsewhere/below.rs": "fn low() {}",
    "src/unix.rs": "pub fn go() {}",
    "src/windows.rs": "pub fn go() {}",
    "src/lost.rs": "fn nobody() {}",
}


@pytest.fixture(scope="module")
def program() -> Program:
    return crate(FILES)


@pytest.mark.parametrize(
    ("path", "namespace", "meaning"),
    [
        ("outer::inner::deep::f", "values", "function sample::outer::inner::deep::f"),
        ("flat::f", "values", "function sample::outer::inner::deep::f"),
        ("flat::private", "values", "unknown "),
        ("outer::inner::up", "values", "function sample::outer::up"),
        ("Shown", "types", "type sample::outer::inner::deep::Hidden"),
        ("renamed::odd", "values", "function sample::renamed::odd"),
        ("Arc", "types", "type alloc::sync::Arc"),
        ("mem::take", "values", "function core::mem::take"),
        ("std::collections::HashMap", "types", "type std::collections::HashMap"),
        ("Two", "values", "variant sample::Kind::Two"),
        ("Kind::One", "values", "variant sample::Kind::One"),
        ("Some", "values", "variant core::option::Option::Some"),
        ("String", "types", "type alloc::string::String"),
        ("Vec", "types", "type sample::Vec"),
        ("u32", "types", "primitive u32"),
        ("no::such", "types", "unknown "),
        ("crate::flat::own", "values", "function sample::flat::own"),
    ],
)
def test_a_path_leads_to_its_definition(program: Program, path: str, namespace: str, meaning: str) -> None:
    found = program.resolve(path, Scope(0), namespace)  # type: ignore[arg-type]
    assert f"{found.kind} {found.path}" == meaning


def test_variants_under_cfg_stay_side_by_side_and_are_chosen_by_the_asker(program: Program) -> None:
    both = program.find("crate::imp::go")
    assert {program.files[entry.file].path for entry in both} == {"src/unix.rs", "src/windows.rs"}
    for cfg, path in (("unix", "src/unix.rs"), ("windows", "src/windows.rs")):
        found = program.resolve("imp::go", Scope(0, cfg), "values")
        assert program.files[program.functions[found.index].file].path == path


def test_a_file_without_mod_is_unreached(program: Program) -> None:
    assert program.unreached == ["src/lost.rs"]


def test_a_name_of_a_function_body_is_seen_there_only() -> None:
    program = crate("fn f() { use std::cell::Cell; struct Inner; fn g() {} }  fn h() {}")
    inside, outside = (program.resolver.scope_of(program.find(f"crate::{name}")[0]) for name in "fh")
    assert program.resolve("Cell", inside).path == "core::cell::Cell"
    assert program.resolve("Inner", inside).path == "sample::f::Inner"
    assert program.resolve("Cell", outside).kind == "unknown"


def test_other_crates_are_followed_where_they_were_read() -> None:
    library = crate(
        "pub mod sync { pub struct Lock; fn hidden() {} } pub use sync::Lock as Short;", name="library"
    )
    program = crate("use library::Short; use other::Thing;", dependencies={"library": library})
    assert program.resolve("Short", Scope(0)).path == "library::sync::Lock"
    assert program.resolve("library::sync::hidden", Scope(0), "values").kind == "unknown"
    assert program.resolve("Thing", Scope(0)).kind == "unknown"


def test_cyclic_imports_end_in_nothing() -> None:
    program = crate(
        "mod a { pub use crate::b::*; pub use crate::b::X; } mod b { pub use crate::a::*; pub use crate::a::X; }"
    )
    assert program.resolve("a::X", Scope(0)).kind == "unknown"


def test_edition_2015_reads_use_from_the_root() -> None:
    program = crate("mod a { pub struct T; } mod b { use a::T; }", edition="2015")
    module = next(module.index for module in program.modules if module.name == "b")
    assert program.resolve("T", Scope(module)).path == "sample::a::T"


def test_an_ordinary_build_does_not_import_what_a_test_flag_asks_for() -> None:
    program = crate("#[cfg(loom)] use loom::sync::Arc; #[cfg(not(loom))] use std::sync::Arc;")
    assert program.resolve("Arc", Scope(0)).path == "alloc::sync::Arc"
    assert program.resolve("Arc", Scope(0, "loom")).path != "alloc::sync::Arc"
