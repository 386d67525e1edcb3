"""The tables of the standard library: complete, parseable, and right where a reviewer can check by heart."""

from __future__ import annotations

import time

import pytest

from scrutineer.model.types import TypeRef
from scrutineer.program.tables import standard
from scrutineer.program.tables.records import Signature


def _method(owner: str, name: str) -> Signature:
    (found,) = standard().method(owner, name)
    return found.signature


def test_every_declaration_member_and_impl_can_be_read() -> None:
    tables = standard()
    counted = 0
    for path in tables.items():
        assert tables.declaration(path) is not None
        assert (tables.function(path) is not None) == (tables.kind(path) == "fn")
        counted += sum(map(len, tables.members(path).values())) + len(tables.trait_impls(path))
    assert counted > 12_000


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("std::vec::Vec", "alloc::vec::Vec"),
        ("std::prelude::v1::Vec", "alloc::vec::Vec"),
        ("std::prelude::rust_2021::Some", "core::option::Option::Some"),
        ("std::mem::swap", "core::mem::swap"),
        ("std::fmt::Debug", "core::fmt::Debug"),
        ("alloc::fmt::Debug", "core::fmt::Debug"),
        ("std::sync::Arc", "alloc::sync::Arc"),
        ("std::sync::MutexGuard", "std::sync::MutexGuard"),
        ("std::vec!", "alloc::vec!"),
        ("std::collections::HashMap", "std::collections::HashMap"),
        ("std::no::Such", None),
    ],
)
def test_a_public_path_leads_to_the_defining_crate(written: str, canonical: str | None) -> None:
    assert standard().canonical(written) == canonical


def test_an_unsafe_method_has_its_parameters() -> None:
    found = _method("alloc::vec::Vec", "set_len")
    assert found.unsafe
    assert found.receiver == "&mut self"
    assert [(p.name, str(p.type)) for p in found.parameters] == [("new_len", "usize")]


def test_a_lock_returns_a_guard_that_is_not_send() -> None:
    result = _method("std::sync::Mutex", "lock").result
    assert str(result) == "std::sync::LockResult<std::sync::MutexGuard<'_, T>>"
    headers = [impl.header for impl in standard().trait_impls("std::sync::MutexGuard")]
    assert any(
        header.negative and header.trait == TypeRef("path", "core::marker::Send") for header in headers
    )


def test_send_of_a_mutex_asks_its_content_to_be_send() -> None:
    (header,) = [
        impl.header
        for impl in standard().trait_impls("std::sync::Mutex")
        if impl.header.trait == TypeRef("path", "core::marker::Sync")
    ]
    asked = {name for bound in header.generics.bounds for name in map(str, bound.traits)}
    assert asked == {"?core::marker::Sized", "core::marker::Send"}


def test_a_guard_derefs_to_its_content() -> None:
    targets = [
        dict(impl.types)["Target"]
        for impl in standard().trait_impls("std::sync::MutexGuard")
        if impl.header.trait == TypeRef("path", "core::ops::Deref")
    ]
    assert targets == [TypeRef("param", "T")]


def test_an_enum_has_its_variants_and_a_range_its_fields() -> None:
    option = standard().declaration("core::option::Option")
    assert option is not None
    assert [(v.name, [str(f.type) for f in v.fields]) for v in option.variants] == [
        ("None", []),
        ("Some", ["T"]),
    ]
    range_ = standard().declaration("core::ops::Range")
    assert range_ is not None
    assert [f.name for f in range_.fields] == ["start", "end"]


def test_a_trait_knows_what_is_required() -> None:
    members = standard().members("core::iter::Iterator")
    required = {name for name, found in members.items() if any(m.signature.required for m in found)}
    assert required == {"next"}
    assert "core::iter::Iterator" in standard().traits_with("size_hint")


def test_loading_is_fast_enough_for_start_up() -> None:
    standard.cache_clear()
    started = time.process_time()
    standard()
    assert time.process_time() - started < 0.06


def test_a_panic_is_known_from_the_documentation() -> None:
    assert _method("alloc::vec::Vec", "insert").panics
    assert not _method("alloc::vec::Vec", "len").panics


def test_instructions_are_known_with_their_features() -> None:
    path = standard().canonical("std::arch::x86_64::_mm_loadu_si128")
    assert path == "core::arch::x86_64::_mm_loadu_si128"
    found = standard().function(path)
    assert found is not None
    assert (found.unsafe, found.features) == (True, ("sse2",))
    assert str(found.parameters[0].type) == "*const core::arch::x86_64::__m128i"
    assert standard().kind("core::arch::x86_64::__m128i") == "struct"
