"""The catalogue of std's unsafe contracts: complete, consistent with the signatures, and right where it matters."""

from __future__ import annotations

import pytest

from scrutineer.contracts import catalogue
from scrutineer.model.contract import PROPERTIES
from scrutineer.program.tables import standard


def _unsafe_functions() -> set[str]:
    tables = standard()
    found = set()
    for path in tables.items():
        free = tables.function(path)
        if free is not None and free.unsafe:
            found.add(path)
        for name, methods in tables.members(path).items():
            if any(method.signature.unsafe and method.signature.form == "fn" for method in methods):
                found.add(f"{path}::{name}")
    return found


def test_every_unsafe_function_of_the_documentation_has_an_entry() -> None:
    assert _unsafe_functions() - set(catalogue.names()) == set()
    assert len(_unsafe_functions()) > 400


def test_every_obligation_about_an_argument_names_one_that_exists() -> None:
    for name in catalogue.names():
        contract = catalogue.contract_of(name)
        assert contract is not None
        parameters = catalogue.parameters_of(name)
        for obligation in contract.obligations:
            assert obligation.property in PROPERTIES
            assert obligation.words
            if parameters and obligation.position >= 0:
                assert parameters[obligation.position] == obligation.parameter


def test_no_name_has_two_entries() -> None:
    written = [
        name for entry in catalogue._file().contract for each in entry.of for name in catalogue._expand(each)
    ]
    assert sorted(written) == sorted(set(written))


def _properties(path: str, parameter: str) -> set[str]:
    contract = catalogue.contract_of(path)
    assert contract is not None
    return {each.property for each in contract.obligations if each.parameter == parameter}


@pytest.mark.parametrize(
    ("path", "parameter", "properties"),
    [
        (
            "core::ptr::read",
            "src",
            {"allocated", "in-bounds", "no-data-race", "aligned", "initialised", "owned"},
        ),
        (
            "core::ptr::read_unaligned",
            "src",
            {"allocated", "in-bounds", "no-data-race", "initialised", "owned"},
        ),
        ("core::ptr::write", "dst", {"allocated", "in-bounds", "no-data-race", "aligned"}),
        ("alloc::vec::Vec::set_len", "new_len", {"in-bounds"}),
        ("alloc::vec::Vec::set_len", "self", {"initialised"}),
        ("core::str::from_utf8_unchecked", "v", {"utf-8"}),
        ("u64::unchecked_add", "", {"no-overflow"}),
        ("alloc::sync::Arc::from_raw", "ptr", {"valid", "layout", "owned"}),
    ],
)
def test_a_contract_asks_what_the_documentation_asks(path: str, parameter: str, properties: set[str]) -> None:
    assert _properties(path, parameter) == properties


def test_a_condition_and_an_alternative_are_kept() -> None:
    as_ref = catalogue.contract_of("pointer::as_ref")
    assert as_ref is not None
    assert {each.condition for each in as_ref.obligations} == {"it is not null"}
    set_var = catalogue.contract_of("std::env::set_var")
    assert set_var is not None
    assert len(set_var.obligations[0].alternatives) == 2


def test_operations_and_impls_have_contracts() -> None:
    shared = catalogue.contract_of_operation("deref shared")
    assert {"alive", "no-alias"} <= {each.property for each in shared.obligations}
    send = catalogue.contract_of_impl("core::marker::Send")
    assert send is not None
    assert [each.property for each in send.obligations] == ["send"]


def test_an_instruction_asks_for_features_and_for_memory_behind_its_pointers() -> None:
    contract = catalogue.contract_of("core::arch::x86_64::_mm_storeu_si128")
    assert contract is not None
    assert contract.obligations[0].property == "feature"
    assert {("in-bounds", "mem_addr"), ("allocated", "mem_addr")} <= {
        (each.property, each.parameter) for each in contract.obligations
    }
