"""What `mutate.py` writes beside a `let` of a guard: pairs that differ in when a guard dies, or in which lock is taken."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

Around = tuple[str, str]
"""What is written before and after the statement."""


class Twin(msgspec.Struct, frozen=True):
    """One kind of change: broken by construction, and the twin that is harmless by construction."""

    kind: str
    broken: Around
    harmless: Around


class Others(msgspec.Struct, frozen=True):
    """What else is at hand: how a second lock of the same object is taken, and a call that takes the same lock."""

    lock: str = ""
    call: str = ""


_READ = "unsafe { core::ptr::read(raw) };"


def twins(takes: str, others: Others, buffer: str) -> Iterator[Twin]:
    """Every kind that fits a place where `takes` gives an exclusive guard."""
    again, peek, closes = f"let mutated = {takes};", "let raw: *const _ = &*mutated;", "drop(mutated);"
    kept = f"Some(&*{takes})"
    yield Twin("taken twice", ("", f" {again} {closes}"), (f"{again} {closes} ", ""))
    yield Twin(
        "narrower scope",
        (f"{{ {again} {{ let inner = {takes}; drop(inner); }} {closes} }} ", ""),
        (f"{{ {{ {again} {closes} }} let inner = {takes}; drop(inner); }} ", ""),
    )
    yield Twin(
        "if let keeps its guard",
        (f"if let Some(_) = {kept} {{ {again} {closes} }} ", ""),
        (f"let seen = {kept}.is_some(); if seen {{ {again} {closes} }} ", ""),
    )
    yield Twin(
        "match keeps its guard",
        (f"match {kept} {{ Some(_) => {{ {again} {closes} }} None => {{}} }} ", ""),
        (f"let seen = {kept}.is_some(); match seen {{ true => {{ {again} {closes} }} false => {{}} }} ", ""),
    )
    yield Twin(
        "while let keeps its guard",
        (f"while let Some(_) = {kept} {{ {again} {closes} break; }} ", ""),
        (f"while {kept}.is_some() {{ {again} {closes} break; }} ", ""),
    )
    yield Twin(
        "taken in a closure",
        ("", f" Some(1).map(|_| {{ {again} {closes} }});"),
        (f"Some(1).map(|_| {{ {again} {closes} }}); ", ""),
    )
    yield Twin(
        "early drop",
        (f"{{ {again} {peek} {closes} {_READ} }} ", ""),
        (f"{{ {again} {peek} {_READ} {closes} }} ", ""),
    )
    if others.lock:
        beside = f"let beside = {others.lock};"
        one, other = (
            f"{{ {again} {beside} drop(beside); {closes} }} ",
            f"{{ {beside} {again} {closes} drop(beside); }} ",
        )
        yield Twin("order turned", (one + other, ""), (one + one, ""))
        yield Twin(
            "another lock",
            (f"{{ {again} {peek} {closes} {beside} {_READ} drop(beside); }} ", ""),
            (f"{{ {again} {peek} {beside} {_READ} drop(beside); {closes} }} ", ""),
        )
    if others.call:
        yield Twin("called under the lock", ("", f" {others.call}"), (f"{others.call} ", ""))
    if buffer != "-":
        check = f"let count = mutated{buffer}.len(); let raw = mutated{buffer}.as_ptr();"
        use = f"if count > 0 {{ {_READ} }}"
        yield Twin(
            "check before the lock",
            (f"{{ {again} {check} {closes} let later = {takes}; {use} drop(later); }} ", ""),
            (f"{{ {again} {check} {use} {closes} let later = {takes}; drop(later); }} ", ""),
        )
