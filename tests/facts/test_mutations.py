"""No input makes reading fail, hang, or claim that it understood what it did not."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from scrutineer.facts import NotReadableError, read_file
from scrutineer.syntax.parse import MAX_BYTES

SEEDS = [path.read_bytes() for path in sorted((Path(__file__).parent / "real_looking").glob("*.rs"))]
TOKENS = (
    "unsafe { } ( ) [ ] impl fn $x $( )* macro_rules! => ; , \" ' /* */ # #[ < > :: match let if else = x trait use mod ! . — r#\" \"# gen try! || & "
    "// SAFETY: x\n"
).encode().split(b" ")  # fmt: skip
NESTS = [
    b"(",
    b"{",
    b"[",
    b"unsafe{",
    b"m!(",
    b"m!{",
    b"/*",
    b'"',
    b"|",
    b"&",
    b"<",
    b"$(",
    b"#[",
    b"match x{_=>",
]


def truncated(text: bytes, rng: random.Random) -> bytes:
    return text[: rng.randrange(len(text) + 1)]


def flipped(text: bytes, rng: random.Random) -> bytes:
    result = bytearray(text)
    for _ in range(rng.randrange(1, 30)):
        result[rng.randrange(len(result))] = rng.randrange(256)
    return bytes(result)


def spliced(text: bytes, rng: random.Random) -> bytes:
    other, at = rng.choice(SEEDS), rng.randrange(len(text) + 1)
    start = rng.randrange(len(other))
    return text[:at] + other[start : start + rng.randrange(3000)] + text[at:]


def cut(text: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(text) + 1)
    return text[:at] + text[at + rng.randrange(500) :]


def nested(text: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(text) + 1)
    return text[:at] + rng.choice(NESTS) * rng.choice([3, 50, 300, 2000]) + text[at:]


def salted(text: bytes, rng: random.Random) -> bytes:
    result = bytearray(text)
    for _ in range(rng.randrange(1, 10)):
        at = rng.randrange(len(result) + 1)
        result[at:at] = rng.choice(TOKENS)
    return bytes(result)


def soup(_: bytes, rng: random.Random) -> bytes:
    return b" ".join(rng.choice(TOKENS) for _ in range(rng.randrange(1, 200)))


def replaced(text: bytes, rng: random.Random) -> bytes:
    return text.replace(
        rng.choice([b"{", b"}", b";", b"(", b"fn", b"<", b'"', b"::", b"\n"]), rng.choice(TOKENS)
    )


MUTATIONS: list[Callable[[bytes, random.Random], bytes]] = [
    truncated, flipped, spliced, cut, nested, salted, soup, replaced,
]  # fmt: skip


def _read_all(count: int, seed: int) -> None:
    rng = random.Random(seed)
    for number in range(count):
        text = MUTATIONS[number % len(MUTATIONS)](rng.choice(SEEDS), rng)
        started = time.process_time()
        try:
            facts = read_file("x.rs", text)
        except NotReadableError:
            pass
        else:
            assert all(block.span.end <= len(text) for block in facts.unsafe_blocks)
            assert len(facts.skeletons) == len(facts.functions)
        assert time.process_time() - started < 10, text[:200]


@pytest.mark.parametrize("seed", range(4))
def test_mutated_files_are_read_or_refused(seed: int) -> None:
    _read_all(100, seed)


@pytest.mark.full
@pytest.mark.parametrize("seed", range(100, 110))
def test_ten_thousand_mutated_files_are_read_or_refused(seed: int) -> None:
    _read_all(1000, seed)


@pytest.mark.parametrize("nest", NESTS)
def test_nesting_a_hundred_thousand_deep_is_never_clean(nest: bytes) -> None:
    text = b"fn f() { unsafe { g() } }\nfn h() { " + nest * 100_000
    try:
        facts = read_file("x.rs", text)
    except NotReadableError:
        return
    assert facts.coverage.errors


@pytest.mark.parametrize(
    "opened", [b"(", b"{", b"[", b"m!(", b"unsafe {", b"|x| {", b"if a {", b"match x { _ => "]
)
def test_readable_depth_is_lowered_too(opened: bytes) -> None:
    closer = {b"(": b")", b"{": b"}", b"[": b"]"}
    close = {b"m!(": b")", b"match x { _ => ": b"}"}.get(opened) or closer[opened[-1:]]
    for depth in (10, 60, 150, 240, 1000, 100_000):
        text = b"fn f() { unsafe { g() }; " + opened * depth + b"1" + close * depth + b"; }"
        try:
            facts = read_file("x.rs", text)
        except NotReadableError:
            assert depth >= 150
            continue
        assert facts.unsafe_blocks
        assert facts.bodies or facts.coverage.errors


def test_a_huge_line_is_refused_at_once() -> None:
    started = time.process_time()
    with pytest.raises(NotReadableError, match="larger than"):
        read_file("x.rs", b"fn f() { " + b"x;" * (25 << 20))
    assert MAX_BYTES < 50 << 20
    assert time.process_time() - started < 1


@pytest.mark.parametrize("seed", SEEDS, ids=len)
def test_line_ends_and_byte_order_marks_change_nothing(seed: bytes) -> None:
    plain = read_file("x.rs", seed)
    windows = read_file("x.rs", seed.replace(b"\n", b"\r\n"))
    marked = read_file("x.rs", b"\xef\xbb\xbf" + seed)
    for other in (windows, marked):
        assert other.inventory == plain.inventory
        assert [f.name for f in other.functions] == [f.name for f in plain.functions]
        assert [f.doc for f in other.functions] == [f.doc for f in plain.functions]
        assert [[c.text for c in b.comments] for b in other.unsafe_blocks] == [
            [c.text for c in b.comments] for b in plain.unsafe_blocks
        ]
    assert [p.line for p in map(windows.lines.position, [b.span.start for b in windows.unsafe_blocks])] == [
        p.line for p in map(plain.lines.position, [b.span.start for b in plain.unsafe_blocks])
    ]
