"""The prelude's methods, for the machine: whether each takes its receiver by value, and what it does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from builtin import coin, fresh, keep, look, make_one, number_of, ok_or_err, some_or_none, target_of
from values import MISSING, Cell, Record, Ref

if TYPE_CHECKING:
    from machine import Machine


def _taken(_: Machine, cell: Cell) -> Any:
    old = cell.get()
    cell.set(Record("None", {}))
    return old


def _me(name: str) -> Callable[..., Ref]:
    def call(machine: Machine, cell: Cell) -> Ref:
        machine.tick(name)
        return Ref(cell)

    return call


def _peek(machine: Machine, cell: Cell) -> Record:
    machine.tick("peek")
    return Record("Some", {"0": Ref(cell)}) if machine.bit() else Record("None", {})


def _merge(machine: Machine, left: Any, right: Any) -> Any:
    machine.tick("merge")
    machine.drop_value(right)
    return left


def _into_pair(machine: Machine, value: Any) -> Record:
    machine.tick("into_pair")
    return Record("()", {"0": value, "1": fresh(machine)})


def _borrowing(function: Callable[..., Any]) -> tuple[bool, Callable[..., Any]]:
    return False, function


def _coin_method(name: str) -> tuple[bool, Callable[..., Any]]:
    flips = coin(name)
    return False, lambda machine, _cell, *rest: flips(machine, *rest)


def _unwrap_or_else(machine: Machine, value: Record, closure: Any) -> Any:
    if value.name == "Some":
        result = value.fields["0"]
        value.fields["0"] = MISSING
        machine.drop_value(closure)
        return result
    return machine.call_closure(closure, [], once=True)


METHODS: dict[str, tuple[bool, Callable[..., Any]]] = {
    "look": _borrowing(look),
    "touch": _borrowing(_me("touch")),
    "me": _borrowing(_me("me")),
    "keep": (True, keep),
    "eat": (True, coin("eat")),
    "with": _coin_method("with"),
    "merge": (True, _merge),
    "opt": _borrowing(some_or_none("opt")),
    "attempt": _borrowing(ok_or_err("attempt")),
    "into_pair": (True, _into_pair),
    "peek": _borrowing(_peek),
    "state": _coin_method("state"),
    "get": _borrowing(some_or_none("get")),
    "make": _borrowing(make_one("make")),
    "number": _borrowing(number_of("number")),
    "set": _coin_method("set"),
    "take": _borrowing(_taken),
    "is_some": _borrowing(lambda _machine, cell: target_of(cell).name == "Some"),
    "is_ok": _borrowing(lambda _machine, cell: target_of(cell).name == "Ok"),
    "len": _borrowing(lambda _machine, cell: len(target_of(cell))),
    "push": _borrowing(lambda _machine, cell, value: target_of(cell).append(value)),
    "iter": _borrowing(lambda _machine, cell: Ref(cell)),
    "pop": _borrowing(
        lambda _machine, cell: (
            Record("Some", {"0": target_of(cell).pop()}) if target_of(cell) else Record("None", {})
        )
    ),
    "as_ref": _borrowing(
        lambda _machine, cell: (
            Record("Some", {"0": Ref(Cell(cell.get().fields, "0"))})
            if cell.get().name == "Some"
            else Record("None", {})
        )
    ),
    "unwrap_or_else": (True, _unwrap_or_else),
}
