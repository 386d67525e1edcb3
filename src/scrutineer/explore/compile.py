"""Model -> program: checks that the model is well formed, then generates one Python function per step."""

from __future__ import annotations

import hashlib
from typing import TypeVar

import msgspec

from scrutineer.explore.layout import Layout, lay_out
from scrutineer.explore.locking import synchronise, wake
from scrutineer.explore.model import CellKind, Model
from scrutineer.explore.program import Failure, Kind, Move, Node, Program, RecordingMove, is_awake
from scrutineer.explore.steps import (
    END,
    SYNCHRONISING,
    Acquire,
    Await,
    Choose,
    Notify,
    Release,
    Step,
    Wait,
    accesses,
)
from scrutineer.explore.wellformed import check_model
from scrutineer.explore.writer import Writer

_Made = TypeVar("_Made")


def compile_model(model: Model) -> Program:
    """Make the model executable. Raises ModelError with the step's position where it is not well formed."""
    check_model(model)
    layout = lay_out(model)
    nodes = tuple(
        (*(node for step in thread.steps for node in _nodes(model, step)), _DONE) for thread in model.threads
    )
    failures: list[Failure] = []
    texts = [_final(model, layout, failures)]
    for number, of_thread in enumerate(nodes):
        thread = _Thread(model, layout, number, of_thread, failures)
        texts += [thread.functions(recording=recording) for recording in (False, True)]
    text = "\n".join(texts)
    space: dict[str, Move] = {}
    # The text is made of numbers and Python operators alone: no name of the model enters it.
    exec(compile(text, "<steps of a model>", "exec"), space)  # noqa: S102 - see the line above
    recorders: dict[str, RecordingMove] = space  # type: ignore[assignment] # "r" functions take a record too
    return Program(
        model=model,
        layout=layout,
        nodes=nodes,
        moves=tuple(_table(space, "m", number, of_thread) for number, of_thread in enumerate(nodes)),
        recording=tuple(_table(recorders, "r", number, of_thread) for number, of_thread in enumerate(nodes)),
        failures=tuple(failures),
        final=space["final"],
        fingerprint=hashlib.sha256((text + repr(layout)).encode()).hexdigest()[:8],
    )


_DONE = Node(step=Step(operations=(), text="done"), kind=Kind.PRIVATE, reads=0, writes=0)
"""The last step of every thread."""


def _table(
    space: dict[str, _Made], letter: str, thread: int, nodes: tuple[Node, ...]
) -> tuple[tuple[_Made, ...], ...]:
    """Return a thread's functions by program counter and alternative; none after the end."""
    by_counter = (
        tuple(space[f"{letter}{thread}_{pc}_{i}"] for i in range(node.alternatives))
        for pc, node in enumerate(nodes)
    )
    return (*by_counter, ())


def _nodes(model: Model, step: Step) -> list[Node]:
    first = step.operations[0] if step.operations else None
    reads, writes, atomic_reads, atomic_writes = _masks(model, step)
    node = Node(
        step=step,
        kind=_kind(model, step),
        reads=reads,
        writes=writes,
        atomic_reads=atomic_reads,
        atomic_writes=atomic_writes,
    )
    match first:
        case Wait(condition=name):
            spurious = next(c.spurious for c in model.conditions if c.name == name)
            awake = msgspec.structs.replace(
                node, kind=Kind.ACQUIRE, alternatives=2 if spurious else 1, spurious=spurious
            )
            return [node, awake]
        case Choose(options=options):
            return [msgspec.structs.replace(node, alternatives=len(options))]
        case Notify(everyone=False):
            return [msgspec.structs.replace(node, alternatives=len(model.threads))]
        case Acquire(into=into):
            return [msgspec.structs.replace(node, attempt=into is not None)]
    return [node]


def _kind(model: Model, step: Step) -> Kind:
    match step.operations[:1]:
        case (Acquire(),):
            return Kind.ACQUIRE
        case (Release(),):
            return Kind.RELEASE
        case (Choose(),):
            return Kind.CHOICE
        case (Wait() | Notify() | Await(),):
            return Kind.ATOMIC
    atomic = {cell.name for cell in model.cells if cell.kind is CellKind.ATOMIC}
    cells = [place.cell for place, _ in accesses(step)]
    if cells and (step.atomic or not atomic.isdisjoint(cells)):
        return Kind.ATOMIC
    return Kind.ACCESS if cells else Kind.PRIVATE


def _masks(model: Model, step: Step) -> tuple[int, int, int, int]:
    """Return bit masks over the cells: read, written, read atomically, written atomically."""
    everything = step.atomic or isinstance(next(iter(step.operations), None), Await)
    kinds = {cell.name: (cell.kind, 1 << i) for i, cell in enumerate(model.cells)}
    masks = [0, 0, 0, 0]
    for place, written in accesses(step):
        kind, bit = kinds[place.cell]
        masks[written + 2 * (everything or kind is CellKind.ATOMIC)] |= bit
    return masks[0], masks[1], masks[2], masks[3]


class _Thread(msgspec.Struct, frozen=True):
    """What writing the functions of one thread needs."""

    model: Model
    layout: Layout
    number: int
    nodes: tuple[Node, ...]
    failures: list[Failure]

    def functions(self, *, recording: bool) -> str:
        """Return the text of all functions of the thread."""
        labels = {n.step.label: pc for pc, n in reversed(list(enumerate(self.nodes))) if n.step.label}
        labels[END] = len(self.nodes) - 1
        texts = []
        for pc, node in enumerate(self.nodes):
            for alternative in range(node.alternatives):
                writer = self._writer(node.step, recording=recording)
                if self._body(writer, pc, alternative, labels):
                    writer.line(f"return {pc + 1}")
                name = f"{'r' if recording else 'm'}{self.number}_{pc}_{alternative}"
                texts.append(_define(name, "s, a" if recording else "s", writer.lines))
        return "\n".join(texts)

    def _writer(self, step: Step, *, recording: bool) -> Writer:
        everything = step.atomic or any(isinstance(first, Await) for first in step.operations[:1])
        atomic = frozenset(
            cell.name for cell in self.model.cells if everything or cell.kind is CellKind.ATOMIC
        )
        return Writer(self.layout, self.number, recording=recording, atomic=atomic, failures=self.failures)

    def _body(self, writer: Writer, pc: int, alternative: int, labels: dict[str, int]) -> bool:
        """Write the step; return whether control runs past it to the next one."""
        operations = self.nodes[pc].step.operations
        if operations and isinstance(operations[0], (*SYNCHRONISING, Release)):
            if isinstance(operations[0], Wait):
                if not is_awake(self.nodes, pc):
                    synchronise(self.model, writer, operations[0], self.number, alternative)
                    return True
                wake(self.model, writer, operations[0], self.number, spurious=alternative == 1)
            else:
                synchronise(self.model, writer, operations[0], self.number, alternative)
            operations = operations[1:]
        return writer.operations(operations, labels)


def _final(model: Model, layout: Layout, failures: list[Failure]) -> str:
    writer = Writer(layout, -1, recording=False, atomic=frozenset(), failures=failures)
    writer.operations(model.final, {})
    writer.line("return 0")
    return _define("final", "s", writer.lines)


def _define(name: str, parameters: str, lines: list[str]) -> str:
    return "\n".join([f"def {name}({parameters}):", *lines])
