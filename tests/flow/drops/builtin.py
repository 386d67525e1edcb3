"""The prelude's functions, for the machine. Each takes the machine first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from values import Boxed, Cell, Later, Noisy, Record, Ref

if TYPE_CHECKING:
    from collections.abc import Callable

    from machine import Machine


def _number(machine: Machine) -> int:
    machine.next += 1
    return machine.next


def fresh(machine: Machine) -> Noisy:
    number = _number(machine)
    machine.log.append(f"+{number}")
    return Noisy("-", number)


def _lock(machine: Machine) -> Noisy:
    machine.tick("lock")
    number = _number(machine)
    machine.log.append(f"acquire{number}")
    return Noisy("release", number)


def make_one(name: str) -> Callable[[Machine], Noisy]:
    def make(machine: Machine, *_: Any) -> Noisy:
        machine.tick(name)
        return fresh(machine)

    return make


def some_or_none(name: str) -> Callable[..., Record]:
    def call(machine: Machine, *_: Any) -> Record:
        machine.tick(name)
        return Record("Some", {"0": fresh(machine)}) if machine.bit() else Record("None", {})

    return call


def ok_or_err(name: str) -> Callable[..., Record]:
    def call(machine: Machine, *_: Any) -> Record:
        machine.tick(name)
        return Record("Ok" if machine.bit() else "Err", {"0": fresh(machine)})

    return call


def _record(name: str, fields: str, word: str) -> Callable[[Machine], Record]:
    def call(machine: Machine) -> Record:
        machine.tick(word)
        return Record(name, {field: fresh(machine) for field in fields})

    return call


def _en(machine: Machine) -> Record:
    machine.tick("en")
    if machine.bit():
        return Record("A", {"0": fresh(machine)})
    if machine.bit():
        return Record("B", {"x": fresh(machine), "y": fresh(machine)})
    return Record("C", {})


def coin(name: str) -> Callable[..., bool]:
    """A function that eats its arguments and flips a coin."""

    def call(machine: Machine, *arguments: Any) -> bool:
        machine.tick(name)
        result = machine.bit()
        for argument in reversed(arguments):
            machine.drop_value(argument)
        return result

    return call


def number_of(name: str) -> Callable[..., int]:
    def call(machine: Machine, *_: Any) -> int:
        machine.tick(name)
        return int(machine.bit()) + 2 * int(machine.bit())

    return call


def keep(machine: Machine, value: Any) -> Any:
    machine.tick("keep")
    return value


def _join(machine: Machine, left: Any, right: Any) -> Any:
    machine.tick("join")
    machine.drop_value(right)
    return left


def _poll(machine: Machine) -> Record:
    machine.tick("poll")
    return Record("Ready", {"0": fresh(machine)}) if machine.bit() else Record("Pending", {})


def target_of(value: Any) -> Any:
    while isinstance(value, (Ref, Cell, Boxed)):
        if isinstance(value, Boxed):
            value = value.cell[0]
        else:
            value = value.cell.get() if isinstance(value, Ref) else value.get()
    return value


def look(machine: Machine, reference: Any) -> bool:
    machine.tick("look")
    machine.log.append(str(target_of(reference).number))
    return machine.bit()


def _call_with(machine: Machine, closure: Any) -> Any:
    machine.tick("with")
    return machine.call_closure(closure, [fresh(machine)], once=True)


def _call_it(machine: Machine, closure: Any) -> Any:
    machine.tick("call")
    return machine.call_closure(closure, [], once=True)


def _call_twice(machine: Machine, closure: Any) -> Any:
    machine.tick("twice")
    try:
        machine.call_closure(closure, [], once=False)
        return machine.call_closure(closure, [], once=False)
    finally:
        machine.drop_value(closure)
        closure.captured = []


def _drop(machine: Machine, value: Any) -> None:
    machine.drop_value(value)


def _replace(_: Machine, reference: Ref, value: Any) -> Any:
    old = reference.cell.get()
    reference.cell.set(value)
    return old


def _swap(_: Machine, left: Ref, right: Ref) -> None:
    a, b = left.cell.get(), right.cell.get()
    left.cell.set(b)
    right.cell.set(a)


def _into_iter(_: Machine, value: Any) -> list[Any]:
    if isinstance(value, Ref):
        return [Ref(Cell(value.cell.get(), at)) for at in range(len(value.cell.get()))]
    if isinstance(value, Record) and value.name.startswith(".."):
        end = value.fields["end"] + (1 if value.name == "..=" else 0)
        return list(range(value.fields["start"], end))
    return list(value)


def _next(_: Machine, reference: Ref) -> Record:
    items = reference.cell.get()
    return Record("Some", {"0": items.pop(0)}) if items else Record("None", {})


def _absorb(machine: Machine, number: int) -> int:
    machine.tick("absorb")
    return number


def _later(machine: Machine) -> Later:
    return Later(lambda: BUILTINS["mk"](machine), [])


def _later_pair(machine: Machine, value: Any) -> Later:
    held = [value]

    def run() -> Record:
        machine_tick_or_drop(machine, held)
        return Record("()", {"0": held.pop(), "1": fresh(machine)})

    return Later(run, held)


def machine_tick_or_drop(machine: Machine, held: list[Any]) -> None:
    """Tick; if that panics, what the future holds is dropped."""
    try:
        machine.tick("later_pair")
    except Exception:
        for value in held:
            machine.drop_value(value)
        raise


def _block_on(machine: Machine, future: Any) -> Any:
    if isinstance(future, Later):
        return future.run()
    return machine.call_closure(future, [], once=True)


def _variant(name: str) -> Callable[..., Record]:
    return lambda _machine, *values: Record(name, {str(at): value for at, value in enumerate(values)})


BUILTINS: dict[str, Any] = {
    "mk": make_one("mk"),
    "lock": _lock,
    "flip": coin("flip"),
    "num": number_of("num"),
    "eat": coin("eat"),
    "eat2": coin("eat2"),
    "eat3": coin("eat3"),
    "keep": keep,
    "join": _join,
    "poll": _poll,
    "text": lambda _machine: "text",
    "Ready": lambda _machine, value: Record("Ready", {"0": value}),
    "fresh": fresh,
    "look": look,
    "look2": coin("look2"),
    "touch": coin("touch"),
    "maybe": some_or_none("maybe"),
    "attempt": ok_or_err("attempt"),
    "pair": _record("()", "01", "pair"),
    "ps": _record("P", "ab", "ps"),
    "qs": _record("Q", "012", "qs"),
    "en": _en,
    "call_it": _call_it,
    "call_with": _call_with,
    "call_twice": _call_twice,
    "absorb": _absorb,
    "drop": _drop,
    "forget": lambda _machine, _value: None,
    "replace": _replace,
    "swap": _swap,
    "take": lambda machine, reference: _replace(machine, reference, Record("None", {})),
    "from_residual": lambda _machine, value: value,
    "into_iter": _into_iter,
    "next": _next,
    "later": _later,
    "later_pair": _later_pair,
    "block_on": _block_on,
    "new": lambda _machine, value: Boxed(value),
    "log": lambda machine, text: machine.log.append(text.strip('"')),
    **{name: _variant(name) for name in ("Some", "Ok", "Err", "A", "Q")},
}
