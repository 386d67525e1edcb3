"""Locks and guards of std, the kernel crate and lock libraries: how a guard is got, and how it ends."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

Mode = Literal["exclusive", "shared", "upgradable"]
Waits = Literal["sleeps", "spins", "yields", "panics", "reads"]


class Acquire(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A method of a lock, or a free function, that gives a guard; `tries`: it may give none.

    `wrapped`: the guard comes inside a `Result`, an `Option` or a future.
    """

    method: str = ""
    function: str = ""
    guard: str
    mode: Mode
    wrapped: Literal["", "Result", "Option", "future"] = ""
    tries: bool = False


class LockType(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A type (or, for RCU, a module) whose guards give access to what it protects.

    `paths` are other paths of the same type, or of types that behave the same. `protects` is the type parameter
    that only a guard reaches; `unlocked` are methods that reach it without one. `backends`: type arguments
    that decide how a thread waits.
    """

    type: str
    waits: Waits
    paths: tuple[str, ...] = ()
    protects: str = ""
    reentrant: bool = False
    thread_safe: bool = True
    backends: dict[str, Waits] = {}
    acquires: tuple[Acquire, ...] = ()
    unlocked: tuple[str, ...] = ()


class GuardType(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A value that holds a lock until it is dropped, and its other ends.

    `releases` end it by taking it; `forgets` take it and leave the lock held; `maps` give another guard of the
    same lock; `suspends` release and retake while it lives (a name alone is a method of the guard);
    `runs_unlocked` run a closure in between.
    """

    type: str
    paths: tuple[str, ...] = ()
    releases: tuple[str, ...] = ()
    forgets: tuple[str, ...] = ()
    maps: tuple[str, ...] = ()
    suspends: tuple[str, ...] = ()
    runs_unlocked: tuple[str, ...] = ()


class BorrowedLock(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A value that another lock protects: reached by showing what that lock's guard gives (`owner`)."""

    type: str
    paths: tuple[str, ...] = ()
    protects: str
    owner: str
    shared: tuple[str, ...] = ()
    exclusive: tuple[str, ...] = ()
    unlocked: tuple[str, ...] = ()


class LockPair(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Two functions without a guard between them, whose names follow no rule; `x_lock` and `x_unlock` need no entry."""

    takes: str
    gives: str


class LockTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that `locks.toml` says."""

    lock: tuple[LockType, ...]
    guard: tuple[GuardType, ...]
    borrowed: tuple[BorrowedLock, ...]
    pair: tuple[LockPair, ...]


@cache
def lock_table() -> LockTable:
    """The table, read on first use."""
    return msgspec.toml.decode((files(__package__) / "locks.toml").read_bytes(), type=LockTable)


@cache
def lock_types() -> dict[str, LockType]:
    """Lock types by each of their paths."""
    return {path: lock for lock in lock_table().lock for path in (lock.type, *lock.paths)}


@cache
def guard_types() -> dict[str, GuardType]:
    """Guard types by each of their paths."""
    return {path: guard for guard in lock_table().guard for path in (guard.type, *guard.paths)}


@cache
def borrowed_locks() -> dict[str, BorrowedLock]:
    """Values protected by another lock, by each path of their type."""
    return {path: found for found in lock_table().borrowed for path in (found.type, *found.paths)}
