"""Findings name items as the crate's own modules do."""

from __future__ import annotations

from rule_pages import unit_of

from scrutineer.rules.engine import check_unit
from scrutineer.rules.page import parse_page
from scrutineer.rules.selection import select_rules

CRATE = """# a

```rust crate=demo
// file: src/lib.rs
#[path = "odd.rs"]
mod renamed;
mod inner {
    pub mod deep;
}
unsafe impl Send for Top {}
// file: src/odd.rs
impl Clone for Top {
    fn clone(&self) -> Self {
        fn nested() {
            unsafe { f() }
        }
        nested()
    }
}
// file: src/inner/deep.rs
impl<T> Type<T> {
    const VALUE: u8 = unsafe { f() };
    fn method(&self) {
        let _closure = || unsafe { f() };
    }
}
macro_rules! read {
    () => { unsafe { f() } };
}
mod tests {
    fn free() {
        unsafe { f() }
    }
}
```
"""


def test_items_are_named_by_modules_types_traits_and_functions() -> None:
    (example,) = parse_page(CRATE).examples
    findings = check_unit(unit_of(example), select_rules(["undocumented-unsafe"]))
    assert [finding.item for finding in findings] == [
        "demo::inner::deep::Type::VALUE",
        "demo::inner::deep::Type::method",
        "demo::inner::deep::read!",
        "demo::inner::deep::tests::free",
        "impl Send for Top",
        "demo::renamed::<Top as Clone>::clone::nested",
    ]
