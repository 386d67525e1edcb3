"""What can be parsed: every construct of the normalising table, and input that is no Rust at all."""

from __future__ import annotations

import pytest

from scrutineer.syntax.parse import MAX_BYTES, NotReadableError, parse, parse_range, refuse_deep

MENDED = {
    "try!": "fn f() { let x = try!(foo(1)); try! { y }; try!(z).g() }",
    "safe": 'unsafe extern "C" { safe fn f(x: i32); pub safe static X: i32; safe static mut Y: u8; }',
    "unsafe static": 'unsafe extern "C" { pub unsafe static X: u8; unsafe static mut Y: u8; unsafe fn f(); }',
    "gen fn": "gen fn f() -> u8 { yield 1; } pub async gen fn g() {}",
    "gen block": "fn f() { let x = gen { yield 1; }; let y = gen move { yield 2 }; g(async gen { yield 3 }); }",
    "auto trait": "auto trait A {} pub unsafe auto trait B {}",
    "const trait": "pub const trait A { fn f(); } const unsafe impl A for B {}",
    "const impl": "impl const A for B {} unsafe impl<T> const A for C<T> {}",
    "const bound": "fn f<T: ~const A>() {} fn g<T: [const] A>() {} fn h<T: const A>() {}",
    "default": "default impl A for B { default fn f() {} default type C = D; default const E: u8 = 1; }",
    "init field": "fn f() { A { a <- b(), c: 1, d } }",
    "async bound": "fn f<F: async Fn(u8) + Send>() {}",
    "for closure": "fn f() { let x = for<'a> |x: &'a u8| -> u8 { 1 }; }",
    "pinned reference": "fn f(x: &pin mut T, y: &pin const T) {}",
    "super let": "fn f() { super let x = 1; }",
    "do yeet": "fn f() { do yeet 1; }",
    "unsafe field": "struct A { unsafe a: u8, pub unsafe b: u8 }",
    "attribute": 'fn f() { let x = #[allow(a::b)] // why\n c(); let y = #[cfg(feature = "]")] 1; }',
    "box": "fn f() { let x = box 1; match x { box y => {} } }",
    "generic arguments of a type": "fn f(a: A::<'a, u8>) { let x: B::<K, V>; }",
    "negative const argument": "fn f() { g::<-1, 3, -2>(); }",
    "default field": "struct A { a: u8 = 1, b: i8 = -1 }",
}

PLAIN = [
    "fn f() { let x = async || 1; let y = async move |a: u8| { a }; g(async |x| x.await); }",
    'fn f() { let x = c"abc"; let y = cr#"a"b"#; b"x"; br#"x"#; }',
    "fn f() { if let Some(x) = a && let Some(y) = b && x > y {} while let Some(x) = a && c {} }",
    "fn f() { let x = &raw const y.z; let z = &raw mut *p; let q = &raw; let raw = 1; }",
    "fn f() { let x = const { 1 + 2 }; let Some(y) = z else { return }; let r: R = try { a? }; }",
    '#[unsafe(no_mangle)]\npub static X: u8 = 1;\n#[unsafe(naked)] unsafe extern "C" fn f() {}',
    "fn f() { let union = 2; let auto = 3; let default = 4; let safe = 5; let gen = 6; safe(gen); auto.f(); }",
    "trait A { fn f(u8, &str); } fn g(x: Box<Fn(u8) -> u8 + Send>) { match x { 1...5 => {} } }",
    "\ufefffn f() {}\r\n",
    "#!/usr/bin/env run\nfn f() {}",
]


@pytest.mark.parametrize("construct", MENDED)
def test_a_construct_that_the_grammar_lacks_is_mended_and_recorded(construct: str) -> None:
    text = MENDED[construct].encode()
    parsed = parse(text)
    assert parsed.errors == ()
    assert construct in {rewrite.construct for rewrite in parsed.rewrites}
    assert parsed.text == text
    assert parsed.tree.root_node.end_byte == len(text)


@pytest.mark.parametrize("text", PLAIN)
def test_what_the_grammar_knows_is_left_alone(text: str) -> None:
    parsed = parse(text.encode())
    assert (parsed.errors, parsed.rewrites) == ((), ())


def test_comments_and_literals_are_never_rewritten() -> None:
    text = b'// try!(a)\n/* auto trait /* try!(b) */ */ const A: &str = "try!(\\"c)"; const B: &str = r#"safe fn "try!(d)"#; const C: char = \'"\'; fn f() { try!(e) }'
    parsed = parse(text)
    assert [text[one.span.start : one.span.end + 3] for one in parsed.rewrites] == [b"try!(e"]


def test_damage_that_nothing_mends_is_reported_where_it_stands() -> None:
    text = b"fn f() {}\nfn g( { }\nfn h() {}\n"
    parsed = parse(text)
    assert parsed.errors
    assert all(9 < error.start < 22 for error in parsed.errors)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"fn f() {}\0", "NUL byte at offset 9"),
        (b"fn f() { \xff }", "not UTF-8"),
        (b" " * (MAX_BYTES + 1), "larger than"),
    ],
)
def test_what_is_no_source_is_refused_with_its_reason(text: bytes, reason: str) -> None:
    with pytest.raises(NotReadableError, match=reason):
        parse(text)
    assert parse(b"fn f() {}").errors == ()


def test_endless_error_recovery_is_cut_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scrutineer.syntax.parse._STEPS", 100)
    with pytest.raises(NotReadableError, match="far more steps"):
        parse(b'"' * 70_001)
    assert parse(b"fn f() {}").errors == ()


def test_a_part_is_parsed_at_its_place() -> None:
    text = b"fn a() {} m! { fn b() { try!(c) } }"
    start = text.index(b"fn b")
    part = parse_range(parse(text), start, text[start : text.rindex(b"}")])
    item = part.tree.root_node.children[0]
    assert (item.type, item.start_byte, part.errors) == ("function_item", start, ())
    assert [one.span.start for one in part.rewrites] == [text.index(b"try")]


NESTS = {
    b"(": b")",
    b"{": b"}",
    b"[": b"]",
    b"V<": b">",
    b"a.b(": b")",
    b"&": b"",
    b"!": b"",
    b"a+": b"",
    b"|a|": b"",
}


@pytest.mark.parametrize("nest", NESTS)
def test_deep_nesting_is_refused_and_not_recursed_into(nest: bytes) -> None:
    for depth in (1000, 100_000):
        text = b"const X: u8 = " + nest * depth + b"1" + NESTS[nest] * depth + b";"
        with pytest.raises(NotReadableError, match=r"nested deeper|far more steps"):
            refuse_deep(parse(text).tree)
