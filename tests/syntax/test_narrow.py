"""A narrowed file has every byte where it was, and nothing that its build leaves out."""

from __future__ import annotations

from pathlib import Path

import pytest

from scrutineer.facts.read import read_file
from scrutineer.syntax.build import build_of
from scrutineer.syntax.narrow import narrowed

LINUX = build_of((), "x86_64-unknown-linux-gnu")
SEEDS = sorted((Path(__file__).parents[1] / "facts" / "real_looking").glob("*.rs"))


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("/// Doc.\n// SAFETY: x\n#[cfg(windows)]\n#[inline]\nfn a() {}\nfn b() {}", "fn b() {}"),
        ("// Of all.\n\n#[cfg(windows)]\nfn a() {}", "// Of all."),
        ("fn z() {} // z\n#[cfg(windows)]\nfn a() {}", "fn z() {} // z"),
        ("#[cfg(unix)]\nfn a() {}", "fn a() {}"),
        ('#[cfg(all(unix, feature = "x"))]\nfn a() {}', '#[cfg(all(unix, feature = "x"))] fn a() {}'),
        ("struct S { a: u8, #[cfg(windows)] b: u8, c: u8 }", "struct S { a: u8, c: u8 }"),
        ("struct S(#[cfg(windows)] pub u8, u16);", "struct S( u16);"),
        ("enum E { A, #[cfg(windows)] B { x: u8 } }", "enum E { A, }"),
        ("fn f(#[cfg(windows)] x: u8, y: u8) {}", "fn f( y: u8) {}"),
        ("fn f() { g(1, #[cfg(windows)] 2); }", "fn f() { g(1, ); }"),
        ("fn f() { #[cfg(windows)] { g(); } #[cfg(unix)] let x = 1; }", "fn f() { let x = 1; }"),
        ("fn f(x: u8) { match x { #[cfg(windows)] 1 => {}, _ => {} } }", "fn f(x: u8) { match x { _ => {} } }"),
        ("fn f() { S { #[cfg(windows)] a: 1, b: 2 }; }", "fn f() { S { b: 2 }; }"),
        ("fn f() { if cfg!(windows) { g() } }", "fn f() { if false { g() } }"),
        ("#[cfg_attr(windows, inline)] fn f() {}", "fn f() {}"),
        ('#[cfg_attr(unix, path = "u.rs")] mod s;', '#[ path = "u.rs" ] mod s;'),
        ("cfg_if! { if #[cfg(windows)] { fn w() {} } else { fn o() {} } }", "cfg_if! { if #[cfg(windows)] { } else { fn o() {} } }"),
        ("#![cfg(windows)]\nfn a() {}", ""),
        ("mod m { #![cfg(windows)] fn a() {} }", "mod m { }"),
        ("#[cfg(windows)] mod win;", "#[cfg(windows)] mod win;"),
        ("#[a]\n#[cfg(windows)]\nmod w { fn f() {} mod x; }", "#[a] #[cfg(windows)] mod w { mod x; }"),
        ('cfg_if! { if #[cfg(windows)] { fn f() {} #[path = "x.rs"] mod w; } }', 'cfg_if! { if #[cfg(windows)] { #[path = "x.rs"] mod w; } }'),
        ("#![cfg(windows)] fn f() {} mod w;", "#![cfg(windows)] mod w;"),
        ("macro_rules! m { () => { #[cfg(windows)] fn a() {} } }", "macro_rules! m { () => { #[cfg(windows)] fn a() {} } }"),
        ('// #[cfg(windows)]\nfn a() { "cfg!(windows)"; }', '// #[cfg(windows)] fn a() { "cfg!(windows)"; }'),
    ],
)  # fmt: skip
def test_what_a_build_leaves_out_is_blank(written: str, seen: str) -> None:
    result = narrowed(written.encode(), LINUX)
    assert result.decode().split() == seen.split()
    assert len(result) == len(written)


def test_names_decide_nothing_that_was_not_asked() -> None:
    text = b'#[cfg(feature = "a")] fn a() {}\n#[cfg(test)] mod t {}\n#[cfg(windows)] fn w() {}'
    assert narrowed(text, build_of((), "")) == text
    assert narrowed(text, build_of(('feature="b"',), "")).split() == text.split(b"\n", 1)[1].split()


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem)
def test_whole_files_keep_their_lines_and_read_without_new_errors(path: Path) -> None:
    text = path.read_bytes()
    for options in (("test",), ("not(test)",), ("unix", 'feature="std"')):
        result = narrowed(text, build_of(options, ""))
        assert len(result) == len(text)
        assert [at for at, byte in enumerate(result) if byte == 10] == [
            at for at, byte in enumerate(text) if byte == 10
        ]
        before, after = read_file("x.rs", text), read_file("x.rs", result)
        assert len(after.coverage.errors) <= len(before.coverage.errors)
        assert {one.name_span for one in after.functions} <= {one.name_span for one in before.functions}
