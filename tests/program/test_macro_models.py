"""What macros of other crates declare is known where a model says so."""

from __future__ import annotations

from crates import call, crate, local, typed

LIB = """
bitflags::bitflags! {
    /// Some flags.
    pub struct Flags: u16 { const A = 1; #[cfg(b)] const B = 2; }
}
unsafe fn made(n: u16) -> bool {
    let flags = Flags::from_bits_unchecked(n);
    let both = flags | Flags::A;
    let copy = flags.clone();
    both.contains(Flags::B)
}
pin_project_lite::pin_project! { pub struct Wrap<T> { #[pin] inner: T, count: usize } }
impl<T> Wrap<T> { fn count(&self) -> usize { let n = self.count; n } }
const_assert!(true);
fn nothing() {}
"""


def test_flags_are_types_with_constants_and_operators() -> None:
    program = crate(LIB)
    body = typed(program, "made")
    assert (local(body, "flags"), local(body, "both"), local(body, "copy")) == ("sample::Flags",) * 3
    target = call(body, "from_bits_unchecked")
    assert (target.path, target.unsafe) == ("sample::Flags::from_bits_unchecked", "yes")
    assert call(body, "contains").unsafe == "no"


def test_a_projected_struct_is_what_was_written() -> None:
    program = crate(LIB)
    assert local(typed(program, "Wrap::count"), "n") == "usize"
    assert not program.has_item_holes


def test_a_kernel_module_declares_what_its_code_names() -> None:
    program = crate(
        'module! { type: Driver, name: "d", license: "GPL" } struct Driver; fn f(m: LocalModule) { let t = THIS_MODULE; }'
    )
    assert local(typed(program, "f"), "m") == "sample::Driver"
    assert [value.item.name for value in program.values if value.item.impl_ < 0] == [
        "__LOG_PREFIX",
        "THIS_MODULE",
    ]
