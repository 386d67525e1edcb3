"""What a `# Safety` section asks, in the forms that developers write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrutineer.contracts.safety_section import read_safety_section, section_of
from scrutineer.model.contract import Contract, Precondition
from scrutineer.model.items import Parameter
from scrutineer.model.types import TypeRef

POINTER = TypeRef("pointer", args=(TypeRef("path", "u8"),))
SIZE = TypeRef("path", "usize")


def _read(section: str, **parameters: TypeRef) -> Contract:
    doc = f"Does it.\n\n# Safety\n\n{section}\n\n# Examples\n\nmust be aligned\n"
    contract = read_safety_section(
        doc, parameters=tuple(Parameter(name, type_) for name, type_ in parameters.items())
    )
    assert contract is not None
    return contract


def _pairs(obligations: tuple[Precondition, ...]) -> set[tuple[str, str]]:
    return {(each.property, each.parameter) for each in obligations}


def test_a_bullet_is_an_obligation_about_the_parameter_it_names() -> None:
    contract = _read("- `source` must be aligned.\n- `count` must be in bounds.", source=POINTER, count=SIZE)
    assert _pairs(contract.obligations) == {("aligned", "source"), ("in-bounds", "count")}
    assert [each.position for each in contract.obligations] == [0, 1]


def test_a_sentence_may_ask_several_things_of_several_parameters() -> None:
    contract = _read("`a` and `b` must be non-null and `b` must outlive the call.", a=POINTER, b=POINTER)
    assert _pairs(contract.obligations) == {("non-null", "a"), ("non-null", "b"), ("alive", "b")}


def test_words_for_the_only_pointer_mean_it() -> None:
    contract = _read("The provided pointer must point at a valid block.", block=POINTER)
    assert _pairs(contract.obligations) == {("valid", "block")}


def test_a_condition_is_kept_apart() -> None:
    (one,) = _read(
        "If `count` is not zero, then `base` must be non-null.", base=POINTER, count=SIZE
    ).obligations
    assert (one.property, one.parameter, one.condition) == ("non-null", "base", "If `count` is not zero")


def test_only_if_is_no_condition_but_what_is_asked() -> None:
    (one,) = _read("This may only be called if the mutex is held.").obligations
    assert (one.property, one.condition) == ("lock-held", "")


def test_either_or_gives_alternatives() -> None:
    (one,) = _read("`at` must be either aligned, or valid for reads.", at=POINTER).obligations
    assert one.property == "aligned"
    assert {each.property for each in one.alternatives} == {"allocated"}


def test_links_and_code_blocks_are_no_words() -> None:
    section = "See [`Pool::take`](https://example.org/aligned/null.html) for what holds.\n\n```\nmust_be_aligned();\n```"
    contract = _read(section)
    assert contract.obligations == ()
    assert contract.reference == "Pool::take"


def test_the_same_requirements_refer() -> None:
    assert _read("This method has the same safety requirements as [`Pool::take`].").reference == "Pool::take"


def test_how_much_memory_is_kept() -> None:
    (one,) = _read("`to` must be valid for writes of `count` bytes.", to=POINTER, count=SIZE).obligations
    assert (one.property, one.parameter, one.extent) == ("allocated", "to", "count bytes")


@pytest.mark.parametrize(
    ("sentence", "property_"),
    [
        ("Must only be called from the interrupt handler.", "context"),
        ("Must be called at most once.", "call-once"),
        ("`item` must be in this list.", "in-list"),
        ("The value must not be moved afterwards; it is pinned.", "pinned"),
        ("No other thread may access the state.", "no-data-race"),
        ("The caller must own a reference count.", "owned"),
    ],
)
def test_idioms(sentence: str, property_: str) -> None:
    assert property_ in {each.property for each in _read(sentence).obligations}


def test_no_section_is_no_contract() -> None:
    assert read_safety_section("Safe to call.\n\n# Panics\n\nNever.") is None
    assert section_of("# Safety\nfirst\n## Then\nsecond") == "\nfirst\n"


@given(st.text(alphabet="ab`-*. \n\t,:;[]()#'", max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    contract = read_safety_section("# Safety\n" + text)
    assert contract is not None
    assert all(each.words for each in contract.obligations)
