"""Which operations are unsafe sites, what they are, and when resolution admits that it cannot tell."""

from __future__ import annotations

import pytest
from crates import crate

from scrutineer.model.site import Site
from scrutineer.program.program import Program
from scrutineer.program.sites import sites


def _found(text: str, **options: str) -> list[Site]:
    return list(sites(crate(text, **options)))  # type: ignore[arg-type]


def _shown(text: str) -> list[str]:
    return [f"{site.id.kind} {site.callee}".strip() for site in _found(text) if site.certain]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("unsafe { dangerous(); harmless(); }", ["call sample::dangerous"]),
        ("unsafe { v.set_len(3); v.len(); }", ["call alloc::vec::Vec::set_len"]),
        ("unsafe { *p = 1; }", ["deref"]),
        ("unsafe { (*s).x = *p; }", ["deref", "deref"]),
        ("unsafe { std::ptr::read(&*p); }", ["call core::ptr::read", "deref"]),
        ("unsafe { (u.a, s2.x) };", ["union a"]),
        ("unsafe { COUNT += 1; FIXED };", ["static sample::COUNT"]),
        ("unsafe { c_function(); c_state };", ["foreign sample::c_function", "static sample::c_state"]),
        ('unsafe { core::arch::asm!("nop") };', ["asm"]),
        ("let q = unsafe { std::ptr::addr_of_mut!((*s).x) };", ["deref std::ptr::addr_of_mut"]),
        ("unsafe { wrapped!(p) };", ["deref wrapped"]),
        ("let f = |q: *const u8| unsafe { *q };", ["deref"]),
        (
            "unsafe { String::from_utf8_unchecked(Vec::new()) };",
            ["call alloc::string::String::from_utf8_unchecked"],
        ),
    ],
)
def test_an_operation_is_a_site_if_it_needs_unsafe(body: str, expected: list[str]) -> None:
    text = f"""
        unsafe fn dangerous() {{}}
        fn harmless() {{}}
        union U {{ a: u8, b: i8 }}
        struct S {{ x: u8 }}
        static mut COUNT: u32 = 0;
        static FIXED: u32 = 0;
        macro_rules! wrapped {{ ($e:expr) => {{ *$e }}; }}
        extern "C" {{ fn c_function(); static c_state: u8; }}
        fn f(v: &mut Vec<u8>, p: *mut u8, s: *mut S, u: U, s2: S) {{ {body} }}
    """
    expected = [each.replace(" wrapped", "").replace(" std::ptr::addr_of_mut", "") for each in expected]
    shown = [each.removesuffix(" wrapped").removesuffix(" std::ptr::addr_of_mut") for each in _shown(text)]
    assert shown == expected


def test_impls_and_attributes_are_sites() -> None:
    text = 'struct T; unsafe impl Send for T {} #[unsafe(no_mangle)] pub extern "C" fn out() {}'
    assert [(str(site.id), site.certain) for site in _found(text)] == [
        ("impl Send for T#impl.0", True),
        ("sample::out#attribute.0", True),
    ]


def test_ordinals_count_sites_of_a_kind_in_an_item() -> None:
    text = "fn f(p: *const u8) { unsafe { *p }; unsafe { *p }; } fn g(p: *const u8) { unsafe { *p }; }"
    assert [str(site.id) for site in _found(text)] == [
        "sample::f#deref.0",
        "sample::f#deref.1",
        "sample::g#deref.0",
    ]


def test_an_unsafe_function_has_sites_outside_blocks_in_old_editions() -> None:
    text = "unsafe fn f(p: *const u8) -> u8 { g(); *p } unsafe fn g() {}"
    assert _shown(text) == ["call sample::g", "deref"]


def test_an_unknown_callee_is_an_uncertain_site() -> None:
    (site,) = _found("use other::thing; fn f() { unsafe { thing() } }")
    assert (site.certain, site.id.kind) == (False, "call")


def test_generated_bindings_are_foreign_and_unsafe() -> None:
    (site,) = _found("fn f() { unsafe { zlib_sys::inflate() } }".replace("zlib_sys", "libc"))
    assert site.id.kind in ("foreign", "call")


def test_a_site_knows_its_place_and_operation() -> None:
    program: Program = crate("fn f(p: *const u8) -> u8 {\n    unsafe { *p }\n}")
    (site,) = sites(program)
    assert (site.location.start.line, site.location.start.column) == (2, 14)
    body = program.typing.type_body(site.function)
    assert body is not None
    operation = body.body.blocks[site.block].operations[site.operation]
    assert operation.operands[0].place is not None
    assert operation.operands[0].place.steps == ("*",)


def test_initialisers_of_statics_have_sites() -> None:
    text = 'static X: &str = unsafe { core::str::from_utf8_unchecked(b"x") }; const Y: u8 = unsafe { *P }; static P: &u8 = &1;'
    assert [(site.id.item, site.callee) for site in _found(text) if site.certain] == [
        ("sample::X", "core::str::from_utf8_unchecked")
    ]


def test_aliases_that_double_do_not_take_forever() -> None:
    lines = [f"type A{n} = (A{n + 1}, A{n + 1}, A{n + 1}, A{n + 1});" for n in range(40)]
    program = crate("".join(lines) + "type A40 = u8; fn f(a: A0) { unsafe { a.go() } }")
    assert [site.certain for site in sites(program)] in ([False], [])
