"""Languages, releases, dyads, scores and classes, each from small inputs."""

from __future__ import annotations

import itertools
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrutineer.records.classify import class_rules, classify, reviewed
from scrutineer.records.cvss import base_score, find_vector
from scrutineer.records.dyad import Pair, Span, mainline_span, parse_dyad
from scrutineer.records.language import Language, fix_language, folder_of, is_kernel_code, main_folder
from scrutineer.records.releases import (
    date_of,
    is_mainline,
    mainline_of,
    release_dates,
    release_key,
    release_order,
)

COMMIT = "a" * 40


@pytest.mark.parametrize(
    ("files", "title", "expected"),
    [
        (("drivers/a/b.rs",), "a: fix", Language.RUST),
        (("fs/a.c", "fs/a.h"), "fs: fix", Language.C),
        (("fs/a.c", "rust/kernel/fs.rs"), "fs: fix", Language.BOTH),
        (("rust/helpers/a.c",), "helpers: fix", Language.RUST_ADJACENT),
        (("arch/x/Makefile",), "rust: set a flag", Language.RUST_ADJACENT),
        (("arch/x/Kconfig",), "x: depend on !RUST", Language.RUST_ADJACENT),
        (("security/keys/trusted.c",), "trusted: thrust of the fix", Language.C),
        (("drivers/hid/a.c",), "hid: rusty nail", Language.C),
        (("arch/x/entry.S", "arch/x/Makefile"), "x: fix", Language.NEITHER),
        ((), "nothing", Language.NEITHER),
    ],
)
def test_the_language_is_that_of_the_files(files: tuple[str, ...], title: str, expected: Language) -> None:
    assert fix_language(files, title) == expected


@given(st.lists(st.sampled_from(["a/b.c", "a/b.rs", "a/b.h", "rust/x.c", "a/Makefile"]), max_size=6))
def test_the_order_of_files_does_not_matter(files: list[str]) -> None:
    assert fix_language(tuple(files), "") == fix_language(tuple(reversed(files)), "")


def test_a_fix_lives_where_most_of_its_code_is() -> None:
    files = ("include/linux/a.h", "include/linux/b.h", "drivers/net/a/b/c/d.c")
    assert main_folder(files, Language.C) == "drivers/net/a/b"
    assert folder_of("init/main.c") == "init"
    assert not is_kernel_code(("tools/perf/a.c", "Documentation/a.rst"))
    assert is_kernel_code(("tools/perf/a.c", "fs/a.c"))


def test_releases_order_by_number_not_by_letter() -> None:
    order = release_order(("7.2", "6.9", "6.10"))
    assert order.index("6.9") < order.index("6.10") < order.index("7.2")
    assert [is_mainline(name) for name in ("6.18", "2.6.32", "6.18.5", "2.6.32.1", "2.4", "0")] == [
        True, True, False, False, False, False,
    ]  # fmt: skip
    assert (mainline_of("6.18.5"), mainline_of("2.6.32.60"), mainline_of("6.18")) == (
        "6.18",
        "2.6.32",
        "6.18",
    )


def test_releases_came_out_in_their_order() -> None:
    days = [release_dates()[name] for name in sorted(release_dates(), key=release_key)]
    assert days == sorted(days)
    gaps = [(later - earlier).days for earlier, later in itertools.pairwise(days)]
    assert min(gaps) > 40
    assert max(gaps) < 130
    assert date_of("99.1", date(2026, 8, 21)) == date(2026, 8, 21)


RELEASES = st.sampled_from(["0", "2.6.12", "4.19", "5.4.262", "6.18", "7.1"])


@given(st.lists(st.tuples(RELEASES, RELEASES), max_size=8))
def test_a_dyad_reads_back_as_it_was_written(pairs: list[tuple[str, str]]) -> None:
    lines = ["# dyad version: x"]
    lines += [f"{a}:{COMMIT if a != '0' else '0'}:{b}:{COMMIT if b != '0' else '0'}" for a, b in pairs]
    read = parse_dyad("\n".join(lines))
    assert [(pair.introduced_in or "0", pair.fixed_in or "0") for pair in read] == pairs
    span = mainline_span(read)
    assert span.introduced in {None, *(a for a, _ in pairs)}
    assert span.introduced is None or is_mainline(span.introduced)


def test_a_backport_is_no_mainline_release() -> None:
    pairs = (
        Pair("6.4.8", COMMIT, None, None),
        Pair("6.5", COMMIT, "6.6.17", COMMIT),
        Pair("6.5", COMMIT, "6.8", COMMIT),
    )
    assert mainline_span(pairs) == Span("6.5", "6.8")


@pytest.mark.parametrize(
    ("vector", "score"),
    [
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0),
        ("CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 7.8),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1),
        ("CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N", 0.0),
        ("CVSS:3.1/AV:N/AC:L", None),
        ("CVSS:2.0/AV:N", None),
    ],
)
def test_base_scores_are_those_of_the_specification(vector: str, score: float | None) -> None:
    assert base_score(vector) == score


def test_a_vector_is_found_before_the_prose() -> None:
    text = b"some-id CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H\n\nAV:L - because"
    assert find_vector(text) == "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H"


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        ("a: fix use-after-free in b", "", {"use-after-free": "high"}),
        ("a: fix b", "This leads to a use after free.", {"use-after-free": "medium"}),
        ("a: fix b", "BUG: KASAN: slab-out-of-bounds in c", {"out-of-bounds": "high"}),
        ("a: fix b", "an uafoo string", {}),
        ("a: fix potential NULL pointer dereference", "", {"null-dereference": "high"}),
    ],
)
def test_words_become_classes_with_a_confidence(title: str, text: str, expected: dict[str, str]) -> None:
    effects = {
        label.name: label.confidence for label in classify("CVE-0-0", title, text) if label.kind == "effect"
    }
    assert effects == expected


def test_a_record_may_have_several_classes_of_both_kinds() -> None:
    labels = classify(
        "CVE-0-0", "a: fix race between b and c", "A refcount underflow leads to a double free."
    )
    assert {(label.name, label.kind) for label in labels} >= {
        ("race", "cause"),
        ("reference-count", "cause"),
        ("double-free", "effect"),
    }


def test_every_reviewed_class_exists_and_every_review_gives_a_reason() -> None:
    known = {rule.name for rule in class_rules()}
    assert len(known) == len(class_rules())
    for entry in reviewed().values():
        assert set(entry.classes) <= known
        assert len(entry.reason.split()) >= 5
    cve = next(iter(reviewed()))
    assert {label.confidence for label in classify(cve, "use-after-free", "")} == {"reviewed"}
