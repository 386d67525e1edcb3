"""What a build decides of a predicate, and what it leaves open."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrutineer.syntax.build import UnknownBuildError, build_of

LINUX = build_of((), "x86_64-unknown-linux-gnu")


@pytest.mark.parametrize(
    ("predicate", "answer"),
    [
        ("", True),
        ("unix", True),
        ("windows", False),
        ("not(windows)", True),
        ('target_os = "linux"', True),
        ('target_os="macos"', False),
        ('any(target_os = "macos", target_pointer_width = "64")', True),
        ('all(unix, feature = "std")', None),
        ('all(windows, feature = "std")', False),
        ('any(unix, feature = "std")', True),
        ("all()", True),
        ("any()", False),
        ("not(all(unix, test))", None),
        ('all(not(target_env = "musl"), target_family = "unix", not(test), )', None),
        ("false", False),
    ],
)
def test_a_target_decides_what_is_said_of_targets(predicate: str, answer: bool | None) -> None:
    assert LINUX.holds(predicate) is answer


def test_targets_differ_as_rustc_says() -> None:
    bare = build_of((), "thumbv7em-none-eabi")
    assert [bare.holds(each) for each in ("unix", "windows", 'target_family = "unix"')] == [False] * 3
    assert bare.holds('target_has_atomic = "64"') is False
    assert build_of((), "x86_64-pc-windows-msvc").holds('all(windows, target_env = "msvc", not(unix))')
    assert build_of((), "s390x-unknown-linux-gnu").holds('target_endian = "big"')


def test_a_key_has_the_values_given_and_a_name_not_given_is_open() -> None:
    build = build_of(("feature=std", 'feature = "alloc"', "loom", "not(nightly)"), "")
    assert build.holds('all(feature = "std", feature = "alloc", loom, not(nightly))')
    assert build.holds('feature = "serde"') is False
    assert [build.holds(each) for each in ("miri", "unix", 'target_os = "linux"')] == [None] * 3
    assert build_of(("unix",), "").holds("windows") is False


@pytest.mark.parametrize(
    ("options", "target", "message"),
    [
        (("a b",), "", "`a b` is no condition"),
        (("unix", "not(unix)"), "", "`unix` cannot both"),
        ((), "x86_64-unknown-linux", "did you mean"),
    ],
)
def test_what_makes_no_sense_is_said(options: tuple[str, ...], target: str, message: str) -> None:
    with pytest.raises(UnknownBuildError, match=message):
        build_of(options, target)


NAMES = st.sampled_from(["unix", "test", 'feature = "a"', 'feature = "b"', "loom"])
PREDICATES = st.recursive(
    NAMES,
    lambda inner: st.one_of(
        inner.map(lambda one: f"not({one})"),
        st.tuples(st.sampled_from(["all", "any"]), st.lists(inner, max_size=3)).map(
            lambda pair: f"{pair[0]}({', '.join(pair[1])})"
        ),
    ),
    max_leaves=8,
)


@given(PREDICATES, st.sets(NAMES))
def test_what_is_decided_early_is_what_a_whole_build_decides(predicate: str, holding: set[str]) -> None:
    """Whatever a part of a build decides stays so when the rest of it becomes known."""
    whole = build_of((*holding, *(f"not({name})" for name in NAMES_ALL if name not in holding)), "")
    part = build_of(tuple(sorted(name for name in holding if not name.startswith("feature"))), "")
    negated = whole.holds(f"not({predicate})")
    assert whole.holds(predicate) is not None
    assert negated is not whole.holds(predicate)
    if part.holds(predicate) is not None:
        assert part.holds(predicate) is whole.holds(predicate)


NAMES_ALL = ("unix", "test", 'feature = "a"', 'feature = "b"', "loom")
