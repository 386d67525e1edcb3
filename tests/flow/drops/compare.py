"""Generated programs, run twice: compiled by rustc, and by the machine on what `facts/` and `flow/` make of them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from itertools import count
from pathlib import Path
from random import Random
from typing import NamedTuple

import tree_sitter_rust
from frame import Seen
from machine import Machine
from tree_sitter import Language, Parser
from values import PanicError
from written_programs import Function, generate

from scrutineer.facts.lower import Context, Fragment, MacroSite, lower_body
from scrutineer.model.body import Body
from scrutineer.syntax.expand import MacroSource, expand

_PRELUDE = Path(__file__).with_name("prelude.rs")
_PARSER = Parser(Language(tree_sitter_rust.language()))


class Difference(NamedTuple):
    """A run whose logs differ."""

    function: str
    bits: int
    fuse: int
    compiled: str
    predicted: str


def program(seed: int, count: int, edition: int) -> list[Function]:
    """Generated functions."""
    random = Random(seed)
    return [generate(random, number, edition) for number in range(count)]


def runs_of(seed: int, count: int) -> list[tuple[int, int]]:
    """Coins and fuses of the runs of each function: without a panic, and with one at each of the first calls."""
    random = Random(seed)
    return [(random.getrandbits(24), fuse) for fuse in [0, 0, 0, *range(1, count)]]


def compiled_logs(
    functions: list[Function], runs: list[tuple[int, int]], edition: int, folder: Path
) -> list[str]:
    """Compile with rustc, run, and give the lines of the log."""
    table = ", ".join(f"({bits}, {fuse})" for bits, fuse in runs)
    calls = " ".join(f'run("{f.name}", &RUNS, e{f.name[1:]});' for f in functions)
    text = "\n".join(
        [
            _PRELUDE.read_text(),
            f"const RUNS: [(u64, u32); {len(runs)}] = [{table}];",
            *[f.text for f in functions],
            f"fn main() {{ std::panic::set_hook(Box::new(|_| {{}})); {calls} }}",
        ]
    )
    source = folder / f"generated{edition}.rs"
    source.write_text(text)
    program = folder / f"generated{edition}"
    flags = ["-Awarnings", "-Copt-level=0", "-Cdebuginfo=0", "-Ccodegen-units=2"]
    subprocess.run(["rustc", f"--edition={edition}", *flags, "-o", program, source], check=True)
    return subprocess.run([program], check=True, capture_output=True, text=True).stdout.splitlines()


def bodies_of(functions: list[Function], edition: int) -> dict[str, Body]:
    """Lower all functions and their entries."""
    code = "\n".join(f.text for f in functions).encode()
    found: dict[str, Body] = {}
    context = Context(edition, expand=macros())
    pending = list(_PARSER.parse(code).root_node.children)
    for node in pending:
        name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if node.type == "function_item" and name is not None and name.text is not None:
            found[name.text.decode()] = lower_body(node, code, len(found), context)
        elif node.type == "impl_item" and body is not None:
            pending.extend(body.children)
    return found


def macros() -> Callable[[MacroSite], Fragment | None]:
    """What expands the macros of the prelude."""
    text = _PRELUDE.read_bytes()
    definitions = {
        name.text.decode(): MacroSource(text[name.end_byte + 2 : node.end_byte - 1], name.end_byte + 2)
        for node in _PARSER.parse(text).root_node.children
        if node.type == "macro_definition"
        and (name := node.child_by_field_name("name")) is not None
        and name.text is not None
        and name.text != b"info"
    }
    marks = count(1)

    def ask(site: MacroSite) -> Fragment | None:
        definition = definitions.get(site.name)
        if definition is None:
            return None
        arguments = MacroSource(site.arguments, site.inside.start)
        found = expand(definition, arguments, site.call, mark=next(marks))
        return None if found is None else Fragment(found.text, found.origin)

    return ask


class Run:
    """Bodies with what was seen of each while they ran."""

    def __init__(self, bodies: dict[str, Body]) -> None:
        self.bodies = bodies
        self.seen: dict[int, Seen] = {}
        for body in bodies.values():
            self._know(body)

    def _know(self, body: Body) -> None:
        self.seen[id(body)] = Seen()
        for closure in body.closures:
            self._know(closure)

    def line(self, function: str, bits: int, fuse: int) -> str:
        """The line that a run of the function should log."""
        machine = Machine(self.bodies, self.seen)
        machine.bits, machine.fuse = bits, fuse
        end = "."
        try:
            machine.call(f"e{function[1:]}", [])
        except PanicError:
            end = "!"
        return f"{function} {bits} {fuse} {''.join(word + ' ' for word in machine.log)}{end}"


def differences(run: Run, lines: list[str]) -> list[Difference]:
    """Runs that rustc's program logs otherwise."""
    found: list[Difference] = []
    for line in lines:
        function, bits, fuse, _ = line.split(" ", 3)
        try:
            predicted = run.line(function, int(bits), int(fuse))
        except Exception as error:  # noqa: BLE001 - whatever the machine stumbles over is a difference
            predicted = f"{type(error).__name__}: {error}"
        if predicted != line:
            found.append(Difference(function, int(bits), int(fuse), line, predicted))
    return found
