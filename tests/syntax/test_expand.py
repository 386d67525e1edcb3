"""Macro expansion, held against what the compiler makes of the same macros."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrutineer.model.span import Span
from scrutineer.syntax.expand import Expansion, MacroSource, expand
from scrutineer.syntax.tokens import TokenError, tokenize
from toolchain import works

CASES = {
    "repetition with a separator": ("($($x:expr),* $(,)?) => { [$($x + 1),*] };", "1, 2 * 3, f(4, 5),"),
    "nested repetition": (
        "($($n:ident: [$($v:expr),*]);*) => { ($(($($v,)*),)*) };",
        "a: [1, 2]; b: []; c: [3]",
    ),
    "second rule": ("(one $x:expr) => { $x }; ($x:expr) => { $x - 1 };", "7"),
    "type with closing angles": ("(<$t:ty> $e:expr) => { Vec::<$t>::from($e) };", "<Vec<Vec<u8>>> []"),
    "expression keeps its precedence": ("($a:expr) => { $a * 2 };", "1 + 2"),
    "closure with commas": ("($f:expr, $g:expr) => { ($f)($g, 1) };", "|a: u8, b: u8| a + b, 2"),
    "turbofish with commas": ("($f:expr, $x:expr) => { $f($x) };", "f::<u8, u16>, 3"),
    "literal and lifetime": ("($l:lifetime $n:literal) => { $l: loop { break $l $n; } };", "'outer -5"),
    "block": ("($b:block $($t:tt)*) => { { let x = $b; x $($t)* } };", "{ 1 + 1 } + 2"),
    "path and ident": ("($p:path, $i:ident) => { { use $p as q; q::$i } };", "std::u8, MAX"),
    "pattern": ("($e:expr, $p:pat) => { match $e { $p => 1, _ => 0 } };", "Some(1), Some(1) | None"),
    "optional part": ("($x:expr $(; $y:expr)?) => { $x $(+ $y)? };", "1; 2"),
    "generic comparison": ("($a:expr, $b:expr) => { $a < $b };", "1 << 2, 8 >> 1"),
}


def expanded(definition: str, arguments: str) -> Expansion | None:
    source = MacroSource(definition.encode(), 1000, "definition.rs")
    return expand(source, MacroSource(arguments.encode(), 10), Span(0, 99), mark=4)


def comparable(text: str) -> list[str]:
    """Token texts without what a pretty printer may add or leave out."""
    words = [token.text for token in tokenize(re.sub("·4|{|}", " ", text).encode())]
    return [word for word in words if word not in {"(", ")", ",", ";"}]


@pytest.mark.skipif(not works("rustc"), reason="rustc is not installed, or knows no toolchain")
def test_the_compiler_expands_the_same(tmp_path: Path) -> None:
    source = tmp_path / "cases.rs"
    lines = [f"macro_rules! m{n} {{ {case[0]} }}" for n, case in enumerate(CASES.values())]
    lines += [f"fn case{n}() {{ m{n}!({case[1]}); }}" for n, case in enumerate(CASES.values())]
    source.write_text("\n".join(lines))
    done = subprocess.run(
        ["rustc", "-Zunpretty=expanded", "--edition=2021", "--crate-type=lib", str(source)],
        env={**os.environ, "RUSTC_BOOTSTRAP": "1"},
        capture_output=True,
        text=True,
        check=False,  # the cases name functions that do not exist; expansion is printed all the same
    )
    bodies = re.findall(r"fn case\d+\(\) \{(.*?)\n?\}\n?(?=fn |$)", done.stdout, re.DOTALL)
    assert len(bodies) == len(CASES)
    for (name, case), body in zip(CASES.items(), bodies, strict=True):
        ours = expanded(*case)
        assert ours is not None, name
        assert comparable(ours.text.decode()) == comparable(body), name


def test_spans_lead_back_to_the_definition_and_to_the_arguments() -> None:
    definition, arguments = "($e:expr) => { unsafe { *$e } };", "pointer.add(1)"
    result = expanded(definition, arguments)
    assert result is not None
    text = result.text.decode()
    start = text.index("unsafe")
    assert result.origin(start, start + 6) == Span(
        1000 + definition.index("unsafe"), 1000 + definition.index("unsafe") + 6, "definition.rs"
    )
    start = text.index("pointer")
    assert result.origin(start, start + len(arguments)) == Span(10, 10 + len(arguments))


def test_locals_of_the_definition_do_not_capture_those_of_the_caller() -> None:
    result = expanded("($e:expr) => { { let x = 1; x + $e } };", "x")
    assert result is not None
    assert result.text.decode().split() == ["{", "let", "x·4", "=", "1;", "x·4", "+", "x", "}"]


def test_keywords_fields_and_items_keep_their_names() -> None:
    result = expanded(
        "($t:ty) => { impl Trait for $t where $t: Copy { fn len(&self) -> usize { let len = self.len; len } } };",
        "Thing",
    )
    assert result is not None
    text = result.text.decode()
    assert "where" in text.split()
    assert "fn len(&self)" in text
    assert "self.len" in text


@pytest.mark.parametrize("arguments", ["", "=> 3", "@tag 3", "let x = 1", "((("])
def test_arguments_that_fit_no_rule_leave_the_hole_opaque(arguments: str) -> None:
    assert expanded("($x:expr) => { $x };", arguments) is None


def test_wide_characters_do_not_shift_offsets() -> None:
    arguments = '"é", name'
    result = expanded("($s:literal, $n:ident) => { f($s, $n) };", arguments)
    assert result is not None
    start = result.text.index(b"name")
    raw = arguments.encode().index(b"name")
    assert result.origin(start, start + 4) == Span(10 + raw, 14 + raw)
    assert '"é"' in result.text.decode()


@given(st.text(alphabet="ab1+(),;{}[]<>|&'\"#$:=!. \n*/\\é", max_size=60))
def test_any_text_is_cut_into_tokens_or_refused(text: str) -> None:
    raw = text.encode()
    try:
        tokens = tokenize(raw)
    except TokenError:
        return
    assert all(raw[token.start : token.end].decode("latin-1") == token.text for token in tokens)
    assert all(tokens[t.partner].partner == i for i, t in enumerate(tokens) if t.partner >= 0)


def test_a_colon_before_a_block_is_left_out_only_among_bounds() -> None:
    body = b"($e:expr) => { fn f<T>(t: T) where T: { let s = S { a: { $e } }; 'l: { s } } }"
    found = expand(MacroSource(body, 0), MacroSource(b"1", 0), Span(0, 1))
    assert found is not None
    text = "".join(found.text.decode().split())
    assert "whereT{" in text
    assert "S{a:{1}}" in text
    assert "'l:{s" in text
