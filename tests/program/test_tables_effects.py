"""Reviewed knowledge: every name in it exists, and it says what a reviewer knows."""

from __future__ import annotations

from scrutineer.program.tables import effects, locks, standard
from scrutineer.program.tables.libraries import libraries


def _exists(path: str) -> bool:
    tables = standard()
    owner, _, name = path.rpartition("::")
    if path.startswith("integer::"):
        return any(member.startswith(name) for member in {**tables.members("u32"), **tables.members("i32")})
    if name == "*":
        return bool(tables.members(owner))
    return bool(tables.method(owner, name)) or (tables.canonical(path) == path)


def test_every_function_with_an_effect_exists() -> None:
    unknown = [path for path in effects.known() if not _exists(path)]
    assert unknown == []


def test_a_vector_may_reallocate_when_it_grows_and_not_when_it_shrinks() -> None:
    assert "reallocates" in effects.effects_of("alloc::vec::Vec::push")
    assert "reallocates" not in effects.effects_of("alloc::vec::Vec::truncate")
    assert "drops" in effects.effects_of("alloc::vec::Vec::truncate")


def test_integer_arithmetic_that_says_so_never_unwinds() -> None:
    assert "never_unwinds" in effects.effects_of("u32::wrapping_add")
    assert "never_unwinds" not in effects.effects_of("u32::pow")


def test_user_code_is_what_bounds_allow_to_call() -> None:
    (retain,) = standard().method("alloc::vec::Vec", "retain")
    called = effects.user_code(retain.signature, retain.header)
    assert [(str(type_), trait.name) for type_, trait in called] == [("F", "core::ops::FnMut")]
    (push,) = standard().method("alloc::vec::Vec", "push")
    assert effects.user_code(push.signature, push.header) == ()


def test_every_acquired_guard_has_an_entry_and_std_paths_are_canonical() -> None:
    guards = locks.guard_types()
    for lock in locks.lock_table().lock:
        assert {each.guard for each in lock.acquires} <= guards.keys()
        if lock.type.startswith(("std::", "core::")):
            assert standard().canonical(lock.type) == lock.type
            for each in lock.acquires:
                (method,) = standard().method(lock.type, each.method)
                assert each.guard in str(method.signature.result)


def test_a_guard_of_an_alias_is_the_same_guard() -> None:
    assert locks.guard_types()["parking_lot::MutexGuard"] is locks.guard_types()["lock_api::MutexGuard"]


def test_lock_libraries_answer_the_questions_that_std_answers() -> None:
    tables = libraries()
    for path in tables.items():
        assert tables.declaration(path) is not None
        assert tables.members(path) is not None
    alias = tables.declaration("parking_lot::Mutex")
    assert alias is not None
    assert str(alias.target) == "lock_api::Mutex<parking_lot::RawMutex, T>"
    (lock,) = tables.method("lock_api::Mutex", "lock")
    assert str(lock.signature.result) == "lock_api::MutexGuard<'_, R, T>"
    traits = {str(impl.header.trait) for impl in tables.trait_impls("lock_api::MutexGuard")}
    assert "core::marker::Sync" in traits
    assert "core::marker::Send" not in traits
    assert tables.canonical("crossbeam::atomic::AtomicCell") == "crossbeam_utils::atomic::AtomicCell"
