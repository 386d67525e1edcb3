"""The block search: breadth first, switching threads at synchronisation only."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from scrutineer.explore.blocks import Block, Blocks, conflict
from scrutineer.explore.lock_order import Order, held_by, note_order
from scrutineer.explore.program import FIRST_FAILURE, SELF_DEADLOCK, Broken, Program, State
from scrutineer.explore.verdict import Bounds, VerdictKind


class Finding(NamedTuple):
    """What is wrong at one state: the threads and blocks that show it."""

    kind: VerdictKind
    state: State
    blocks: tuple[Block, ...] = ()
    thread: int = -1
    code: int = 0
    other: int = -1


class Examined(NamedTuple):
    """A state's blocks and what is wrong there, if anything."""

    blocks: list[Block]
    findings: list[Finding]


class Result(msgspec.Struct):
    """What a search saw. `finals`, `deadlocks` are complete only if it was told not to stop."""

    states: list[State]
    parents: list[tuple[int, int, int]]
    """Per state: index of the state before it, thread, alternative."""
    findings: list[Finding]
    order: Order
    cuts: set[str]
    finals: set[State]
    exhausted: bool = True
    """False when the bound on states was hit."""


class Examiner:
    """Looks at one state: runs every block that can run there and compares them."""

    def __init__(self, program: Program, bounds: Bounds) -> None:
        self.program = program
        self.blocks = Blocks(program, bounds)
        self.threads = range(len(program.model.threads))
        self.ends = [len(nodes) for nodes in program.nodes]
        self.must_end = [t for t in self.threads if not program.model.threads[t].forever]

    def examine(self, state: State) -> Examined:
        """Run the blocks of the state and judge them."""
        blocks: list[Block] = []
        findings: list[Finding] = []
        awake = False
        for thread in self.threads:
            for alternative in range(len(self.program.moves[thread][state[thread]])):
                block = self.blocks.run(state, thread, alternative)
                if isinstance(block, int):
                    if block == SELF_DEADLOCK:
                        findings.append(Finding(VerdictKind.SELF_DEADLOCK, state, thread=thread))
                    continue
                blocks.append(block)
                awake = awake or not block.spurious
                if block.code and self.program.failure(block.code).broken is not Broken.CUT:
                    findings.append(Finding(VerdictKind.VIOLATION, state, (block,), thread, block.code))
        if len(blocks) > 1 and (race := self._race(state, blocks)):
            findings.insert(0, race)
        if not awake and not findings:
            if any(state[t] != self.ends[t] for t in self.must_end):
                findings.append(Finding(VerdictKind.DEADLOCK, state))
            elif code := self.program.final(list(state)):
                findings.append(Finding(VerdictKind.FINAL, state, code=code))
        return Examined(blocks, findings)

    def _race(self, state: State, blocks: list[Block]) -> Finding | None:
        for i, one in enumerate(blocks):
            for other in blocks[i + 1 :]:
                if (
                    one.thread != other.thread
                    and conflict(one, other)
                    and not self._protected(state, one, other)
                ):
                    return Finding(VerdictKind.RACE, state, (one, other))
        return None

    def _protected(self, state: State, one: Block, other: Block) -> bool:
        """Whether both hold one lock, at least one of them exclusively. A block never releases before it accesses."""
        exclusive, shared = self._during(state, one)
        other_exclusive, other_shared = self._during(state, other)
        return bool(exclusive & (other_exclusive | other_shared) or shared & other_exclusive)

    def _during(self, state: State, block: Block) -> tuple[int, int]:
        exclusive, shared = held_by(state, self.program.layout.lock_entries, block.thread)
        for entry, alone in block.taken:
            if alone:
                exclusive |= 1 << entry
            else:
                shared |= 1 << entry
        return exclusive, shared


def search(program: Program, bounds: Bounds, *, stop: bool = True) -> Result:
    """Explore all states; with `stop`, only up to the first finding."""
    examiner = Examiner(program, bounds)
    initial = program.layout.initial
    result = Result([initial], [(-1, -1, 0)], [], {}, set(), set())
    index = {initial: 0}
    states, parents = result.states, result.parents
    position = 0
    while position < len(states):
        state = states[position]
        blocks, findings = examiner.examine(state)
        result.findings += findings
        if findings and stop:
            break
        if not blocks and not findings:
            result.finals.add(state)
        for block in blocks:
            if block.code <= FIRST_FAILURE:
                failure = program.failure(block.code)
                if failure.broken is Broken.CUT:
                    result.cuts.add(failure.what)
            if block.taken:
                taken = [entry for entry, _ in block.taken]
                note_order(result.order, program, state, block.thread, taken)
            after = block.state
            if after not in index:
                if len(states) >= bounds.states:
                    result.exhausted = False
                    return result
                index[after] = len(states)
                states.append(after)
                parents.append((position, block.thread, block.alternative))
        position += 1
    return result
