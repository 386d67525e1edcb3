"""A file that `include!` names is part of the module that includes it."""

from __future__ import annotations

import pytest
from crates import call, crate, typed

FILES = {
    "src/lib.rs": """
        mod outer {
            include!("parts/shared.rs");
            pub fn user(one: One) -> u8 { one.get() + deeper::two() }
        }
        fn missing() { include!("nowhere.rs") }
    """,
    "src/parts/shared.rs": """
        pub struct One(u8);
        impl One { pub fn get(&self) -> u8 { self.0 } }
        pub mod deeper;
    """,
    "src/parts/deeper.rs": "pub fn two() -> u8 { 2 }",
}


def test_included_items_are_of_the_module_that_includes_them() -> None:
    program = crate(FILES)
    assert program.unreached == []
    assert call(typed(program, "outer::user"), "get").path == "sample::outer::One::get"
    assert call(typed(program, "outer::user"), "two").path == "sample::outer::deeper::two"


@pytest.mark.parametrize(
    ("lib", "open_"), [('include!("parts/deeper.rs");', False), ('include!("x.rs");', True)]
)
def test_only_an_include_of_an_unread_file_leaves_items_open(lib: str, open_: bool) -> None:
    assert crate({**FILES, "src/lib.rs": lib}).has_item_holes is open_
