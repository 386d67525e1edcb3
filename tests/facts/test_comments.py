"""SAFETY comments, attached the way Rust programmers write them."""

from __future__ import annotations

import pytest

from scrutineer.facts import read_file
from scrutineer.model.file import FileFacts


def read(text: str) -> FileFacts:
    return read_file("lib.rs", text.encode(), lower=False)


DOCUMENTED = {
    "line above": "fn f() {\n    // SAFETY: why\n    unsafe { g() };\n}",
    "blank line between": "fn f() {\n    // SAFETY: why\n\n    unsafe { g() };\n}",
    "block comment": "fn f() {\n    /* SAFETY: why */\n    unsafe { g() };\n}",
    "same line before": "fn f() { /* SAFETY: why */ unsafe { g() } }",
    "trailing": "fn f() {\n    unsafe { g() }; // SAFETY: why\n}",
    "above let": "fn f() {\n    // SAFETY: why\n    let x = unsafe { g() };\n}",
    "above let, block on the next line": "fn f() {\n    // SAFETY: why\n    let x: Type =\n        unsafe { g() };\n}",
    "after the equals sign": "fn f() {\n    let x = // SAFETY: why\n        unsafe { g() };\n}",
    "above attributes": "fn f() {\n    // SAFETY: why\n    #[allow(a)]\n    #[cfg(\n        b\n    )]\n    unsafe { g() };\n}",
    "below attributes": "fn f() {\n    #[allow(a)]\n    // SAFETY: why\n    unsafe { g() };\n}",
    "above return": "fn f() -> u8 {\n    // SAFETY: why\n    return unsafe { g() };\n}",
    "first inside": "fn f() {\n    unsafe {\n        // SAFETY: why\n        g()\n    }\n}",
    "on the line of the brace": "fn f() {\n    unsafe { // SAFETY: why\n        g()\n    }\n}",
    "on a statement inside": "fn f() {\n    unsafe {\n        h();\n        // SAFETY: why\n        g()\n    }\n}",
    "match arm": "fn f() {\n    match x {\n        // SAFETY: why\n        A => unsafe { g() },\n        _ => {}\n    }\n}",
    "match arm after arrow": "fn f() {\n    match x {\n        A =>\n            // SAFETY: why\n            unsafe { g() },\n    }\n}",
    "closure": "fn f() {\n    // SAFETY: why\n    let h = |x| unsafe { g(x) };\n}",
    "method chain": "fn f() {\n    a.b()\n        // SAFETY: why\n        .map(|x| unsafe { g(x) })\n        .c()\n}",
    "above the chain": "fn f() {\n    // SAFETY: why\n    unsafe { g() }.a().b();\n}",
    "argument": "fn f() {\n    h(\n        1,\n        // SAFETY: why\n        unsafe { g() },\n    )\n}",
    "above the call": "fn f() {\n    // SAFETY: why\n    h(1, unsafe { g() })?;\n}",
    "field": "fn f() {\n    S {\n        // SAFETY: why\n        a: unsafe { g() },\n    }\n}",
    "condition": "fn f() {\n    // SAFETY: why\n    if unsafe { g() } == 1 {}\n}",
    "const": "// SAFETY: why\nconst A: u8 = unsafe { g() };",
    "static with attributes": "// SAFETY: why\n#[used]\nstatic A: u8 =\n    unsafe { g() };",
    "macro argument": "fn f() {\n    // SAFETY: why\n    assert!(unsafe { g() } == 1);\n}",
    "inside a macro": "fn f() {\n    m!(a =>\n        // SAFETY: why\n        unsafe { g() },\n    );\n}",
    "field of a macro that is no Rust": "fn f() {\n    m!(S {\n        // SAFETY: why\n        a <- unsafe { g() },\n        b: 1,\n    }? E)\n}",
    "statement of a macro that is no Rust": "fn f() {\n    m!(a b c {\n        h();\n        // SAFETY: why\n        let x = i(unsafe { g() });\n    })\n}",
    "definition": "macro_rules! m {\n    ($x:expr) => {\n        // SAFETY: why\n        let y = unsafe { g($x) };\n    };\n}",
    "repetition": "macro_rules! m {\n    ($($x:expr),*) => {\n        // SAFETY: why\n        $(unsafe { g($x) };)*\n    };\n}",
    "mixed case": "fn f() {\n    // Safety: why\n    unsafe { g() };\n}",
    "heading": "fn f() {\n    // # Safety\n    //\n    // why\n    unsafe { g() };\n}",
    "dash": "fn f() {\n    // SAFETY - why\n    unsafe { g() };\n}",
    "in parentheses": "fn f() {\n    // SAFETY(why): why\n    unsafe { g() };\n}",
    "after other words": "fn f() {\n    // Fast path. SAFETY: why\n    unsafe { g() };\n}",
    "CRLF": "fn f() {\r\n    // SAFETY: why\r\n    unsafe { g() };\r\n}",
}

UNDOCUMENTED = {
    "none": "fn f() { unsafe { g() } }",
    "another comment": "fn f() {\n    // It is safe to call g.\n    unsafe { g() }\n}",
    "trailing on the statement before": "fn f() {\n    h(); // SAFETY: of h\n    unsafe { g() }\n}",
    "above another statement": "fn f() {\n    // SAFETY: of h\n    h();\n    unsafe { g() }\n}",
    "above the match": "fn f() {\n    // SAFETY: of x\n    match x {\n        A => unsafe { g() },\n    }\n}",
    "a doc comment's example": "/// ```\n/// // SAFETY: why\n/// unsafe { g() }\n/// ```\nconst A: u8 = unsafe { g() };",
    "a string": 'fn f() {\n    let x = "// SAFETY: why";\n    unsafe { g() }\n}',
}


@pytest.mark.parametrize("where", DOCUMENTED)
def test_a_comment_speaks_for_the_block_that_it_stands_at(where: str) -> None:
    facts = read(DOCUMENTED[where])
    (block,) = facts.unsafe_blocks
    (comment,) = block.comments
    assert "why" in comment.text
    assert facts.safety_comments == ()
    assert facts.inventory.documented_blocks == 1


@pytest.mark.parametrize("where", UNDOCUMENTED)
def test_a_comment_on_something_else_does_not_speak_for_a_block(where: str) -> None:
    (block,) = read(UNDOCUMENTED[where]).unsafe_blocks
    assert block.comments == ()


def test_the_text_is_without_marks_and_as_long_as_the_comment() -> None:
    text = "fn f() {\n    // Note.\n    // SAFETY:\n    // - a is valid;\n    // - b too.\n    //\n    // c.\n    unsafe { g() }\n}"
    (comment,) = read(text).unsafe_blocks[0].comments
    assert comment.text == "SAFETY:\n- a is valid;\n- b too.\n\nc."
    assert comment.form == "line"
    assert text[comment.span.start : comment.span.end].startswith("// SAFETY:")


def test_one_comment_speaks_for_a_run_of_impls() -> None:
    text = (
        "// SAFETY: why\nunsafe impl Send for A {}\n#[cfg(x)]\nunsafe impl Sync for A {}\n\n"
        "unsafe impl Send for B {}\n/// # Safety\n///\n/// doc\nunsafe impl Sync for B {}\nunsafe impl C for B {} // SAFETY: c"
    )
    impls = read(text).impls
    assert [[comment.form for comment in one.comments] for one in impls] == [
        ["line"], ["line"], [], ["doc"], ["trailing"],
    ]  # fmt: skip
    assert [one.shared_comment for one in impls] == [False, True, False, False, False]


def test_unsafe_items_have_their_comments_and_safe_ones_leave_orphans() -> None:
    facts = read(
        "// SAFETY: attribute\n#[unsafe(no_mangle)]\npub fn a() {}\n"
        '// SAFETY: block\nunsafe extern "C" {}\n'
        '// SAFETY: static\n#[unsafe(link_section = "x")]\nstatic B: u8 = 1;\n'
        "// SAFETY: macro\nm!(x);\n"
        "// SAFETY: orphan\nfn c() {\n    // SAFETY: another\n    d();\n}\n"
        "/// # Safety\n///\n/// contract\nunsafe fn e() {\n    // SAFETY: of a call\n    g();\n}\n"
    )
    assert [[c.text for c in f.comments] for f in facts.functions] == [
        ["SAFETY: attribute"], [], ["SAFETY: of a call"],
    ]  # fmt: skip
    assert [c.text for c in facts.extern_blocks[0].comments] == ["SAFETY: block"]
    assert [c.text for c in facts.values[0].comments] == ["SAFETY: static"]
    assert [c.text for c in facts.macro_calls[0].comments] == ["SAFETY: macro"]
    assert [c.text for c in facts.safety_comments] == ["SAFETY: orphan", "SAFETY: another"]


def test_code_lines_are_without_comments_and_blanks() -> None:
    facts = read(
        "// a\n\n/* b\n c */ fn f() { // d\n    /// e\n    unsafe {\n        // f\n        g();\n    }\n}\n"
    )
    assert (facts.inventory.code_lines, facts.inventory.unsafe_lines) == (5, 3)
