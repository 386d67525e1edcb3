"""`paste!` joins what stands between `[<` and `>]` into a name, and leaves all else where it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrutineer.model.span import Span
from scrutineer.syntax.expand import MacroSource
from scrutineer.syntax.paste import gives_back, paste

NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)


def pasted(text: str) -> list[str] | None:
    result = paste(MacroSource(text.encode(), 0), Span(0, len(text)))
    return None if result is None else result.text.decode().split()


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("fn [<get_ name _ 1>]", ["fn", "get_name_1"]),
        ("[<SomeName:snake>] ;", ["some_name", ";"]),
        ("[<set_ READY:lower:span>]", ["set_ready"]),
        ('[< "text" _ r#type:upper >]', ["text_TYPE"]),
        ("[<one_two:camel Three>]", ["OneTwoThree"]),
        ("[<__ größe _guard>]", ["__größe_guard"]),
        ("a[<T as Len>::N]", ["a[<T", "as", "Len>::N]"]),
        ("[0; <A>::B]", ["[0;", "<A>::B]"]),
    ],
)
def test_names_are_pasted(written: str, words: list[str]) -> None:
    assert pasted(written) == words


def test_what_does_not_read_as_rust_is_left_to_others() -> None:
    assert pasted("fn f( {") is None
    assert [gives_back(name) for name in ("paste", "::kernel::macros::paste", "paste::item", "item")] == [
        True
    ] * 3 + [False]


@given(st.lists(NAMES, min_size=1, max_size=4), NAMES)
def test_everything_keeps_its_place(parts: list[str], after: str) -> None:
    text = f"struct [<{' '.join(parts)}>] ; {after}".encode()
    result = paste(MacroSource(text, 7, "x.rs"), Span(0, 1))
    assert result is not None
    assert result.text.split() == [b"struct", "".join(parts).encode(), b";", after.encode()]
    end = len(text) - len(after)
    assert result.origin(end, len(text)) == Span(end + 7, len(text) + 7, "x.rs")
    assert result.origin(7, 8) == Span(14, text.index(b"]") + 8, "x.rs")
