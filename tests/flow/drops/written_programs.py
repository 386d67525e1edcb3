"""Random Rust functions that compile: every value that may be moved is tracked, as the borrow checker would.

A variable that was moved on any way is not used again until it is assigned; inside a loop or closure, variables of
the outside are borrowed or overwritten, never moved.
"""

from __future__ import annotations

from random import Random

from statements import Statements


class Function:
    """A generated function: its text, and the entry that calls it."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text


_RESULTS = {
    "D": "D",
    "O": "Option<D>",
    "R": "Result<D, D>",
    "K": "Poll<D>",
    "bool": "bool",
    "()": "()",
    "T": "(D, D)",
}
_PARAMETERS = {
    "D": [("{n}: D", "D"), ("mut {n}: D", "D"), ("_: D", "")],
    "T": [
        ("({n}, _): (D, D)", "D"),
        ("(_, {n}): (D, D)", "D"),
        ("(ref {n}, _): (D, D)", "r"),
        ("{n}: (D, D)", "T"),
    ],
    "P": [("P {{ a: {n}, .. }}: P", "D"), ("{n}: P", "P")],
    "O": [("{n}: Option<D>", "O")],
    "G": [("{n}: G", "G")],
}
_MAKERS = {"D": "mk()", "T": "pair()", "P": "ps()", "O": "maybe()", "G": "lock()"}


def generate(random: Random, number: int, edition: int) -> Function:
    """One function `f{number}` and its entry `e{number}`."""
    writer = Statements(random, edition)
    result = random.choice(list(_RESULTS))
    writer.result = result
    parameters: list[str] = []
    arguments: list[str] = []
    for _ in range(random.choice([0, 0, 1, 2, 3])):
        kind = random.choice(list(_PARAMETERS))
        pattern, type_ = random.choice(_PARAMETERS[kind])
        name = writer.fresh()
        parameters.append(pattern.format(n=name))
        arguments.append(_MAKERS[kind])
        if type_:
            writer.declare(name, type_, mutable="mut" in pattern)
    method = random.random() < 0.1
    if method:
        receivers = [("self", "P"), ("&self", ""), ("mut self", "P"), ("self: Box<Self>", "")]
        receiver, type_ = random.choice(receivers)
        parameters.insert(0, receiver)
        given = {"&self": "&ps()", "self: Box<Self>": "Box::new(ps())"}
        arguments.insert(0, given.get(receiver, "ps()"))
        if type_:
            writer.declare("self", type_, mutable=receiver == "mut self")
    body = writer.body(result, random.randint(1, 4))
    head = f"fn f{number}({', '.join(parameters)}) -> {_RESULTS[result]}"
    if method:
        text = f"impl P {{ {head} {body} }}"
        called = f"P::f{number}"
        entry = f'fn e{number}() {{ let result = {called}({", ".join(arguments)}); log("end"); }}'
        return Function(f"f{number}", f"{text}\n{entry}\n")
    entry = f'fn e{number}() {{ let result = f{number}({", ".join(arguments)}); log("end"); }}'
    return Function(f"f{number}", f"{head} {body}\n{entry}\n")
