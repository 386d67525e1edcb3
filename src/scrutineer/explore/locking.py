"""Python text for the operations that synchronise: locks, condition variables, await, choice."""

from __future__ import annotations

from scrutineer.explore.layout import element_name
from scrutineer.explore.model import Model
from scrutineer.explore.program import ATOMIC, BLOCKED, GIVE, SELF_DEADLOCK, TAKE, WRITE, Broken, Failure
from scrutineer.explore.steps import Acquire, Await, Choose, Notify, Operation, Release, Wait
from scrutineer.explore.writer import Writer


def synchronise(model: Model, writer: Writer, operation: Operation, thread: int, alternative: int) -> None:
    """Write the first operation of a step; a `Wait` is only fallen asleep here, see `wake`."""
    match operation:
        case Acquire():
            _acquire(model, writer, operation, thread)
        case Release(lock=lock, index=index):
            entry = writer.entry(writer.layout.locks[lock], index, lock)
            _release(model, writer, lock, entry, thread)
        case Wait(condition=condition, lock=lock):
            _release(model, writer, lock, str(writer.layout.locks[lock].start), thread)
            entry = str(writer.layout.conditions[condition].start)
            writer.line(f"s[{entry}] |= {1 << thread}")
            writer.record(entry, ATOMIC | WRITE)
        case Notify(condition=condition, everyone=everyone):
            _notify(writer, str(writer.layout.conditions[condition].start), alternative, everyone=everyone)
        case Await(condition=condition):
            writer.line(f"if not {writer.value(condition)}: return {BLOCKED}")
        case Choose(into=into, options=options):
            writer.line(f"s[{writer.locals[into.name]}] = {options[alternative]}")


def _acquire(model: Model, writer: Writer, operation: Acquire, thread: int) -> None:
    entry = writer.entry(writer.layout.locks[operation.lock], operation.index, operation.lock)
    owner, bit = -1 - thread, 1 << thread
    readers = _has_readers(model, operation.lock)
    taken = f"s[{entry}] < 0 or s[{entry}] & {bit}" if operation.shared else f"s[{entry}]"
    take = f"s[{entry}] |= {bit}" if operation.shared else f"s[{entry}] = {owner}"
    mine = f"s[{entry}] == {owner}" + (f" or s[{entry}] > 0 and s[{entry}] & {bit}" if readers else "")
    flags = TAKE if operation.shared else TAKE | WRITE
    if operation.into is None:
        writer.line(f"if {taken}: return {SELF_DEADLOCK} if {mine} else {BLOCKED}")
        writer.line(take)
        writer.record(entry, flags)
        return
    result = f"s[{writer.locals[operation.into.name]}]"
    writer.line(f"if {taken}: {result} = 0")
    writer.line("else:")
    writer.indent += " "
    writer.line(take)
    writer.line(f"{result} = 1")
    writer.record(entry, flags)
    writer.indent = writer.indent[1:]


def _release(model: Model, writer: Writer, lock: str, entry: str, thread: int) -> None:
    owner, bit = -1 - thread, 1 << thread
    name = element_name(lock, "i") if "+" in entry else lock
    unowned = Failure(Broken.UNOWNED, name)
    if _has_readers(model, lock):
        writer.fail(f"s[{entry}] != {owner} and (s[{entry}] < 0 or not s[{entry}] & {bit})", unowned)
        writer.line(f"s[{entry}] = 0 if s[{entry}] < 0 else s[{entry}] ^ {bit}")
    else:
        writer.fail(f"s[{entry}] != {owner}", unowned)
        writer.line(f"s[{entry}] = 0")
    writer.record(entry, GIVE)


def _notify(writer: Writer, entry: str, alternative: int, *, everyone: bool) -> None:
    bit = 1 << alternative
    if everyone:
        writer.line(f"s[{entry}] = 0")
    elif alternative == 0:
        writer.line(f"if s[{entry}] and not s[{entry}] & 1: return {BLOCKED}")
        writer.line(f"s[{entry}] &= -2")
    else:
        writer.line(f"if not s[{entry}] & {bit}: return {BLOCKED}")
        writer.line(f"s[{entry}] ^= {bit}")
    writer.record(entry, ATOMIC | WRITE)


def wake(model: Model, writer: Writer, operation: Wait, thread: int, *, spurious: bool) -> None:
    """Write the second half of a `Wait`: go on when notified (or spuriously) and the lock is free."""
    entry = str(writer.layout.conditions[operation.condition].start)
    bit = 1 << thread
    if spurious:
        writer.line(f"if not s[{entry}] & {bit}: return {BLOCKED}")
    else:
        writer.line(f"if s[{entry}] & {bit}: return {BLOCKED}")
    _acquire(model, writer, Acquire(operation.lock), thread)
    if spurious:
        writer.line(f"s[{entry}] ^= {bit}")
        writer.record(entry, ATOMIC | WRITE)


def _has_readers(model: Model, lock: str) -> bool:
    return next(declared.readers for declared in model.locks if declared.name == lock)
