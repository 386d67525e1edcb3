"""The model of two functions over one container: from a pair that was found, or from any two that touch it."""

from __future__ import annotations

from scrutineer.explore.model import Bound, Lock, Model, Thread
from scrutineer.explore.steps import Contract, Position
from scrutineer.flow.function import FunctionFlow
from scrutineer.interference.containers import rings
from scrutineer.interference.detach import Detaches
from scrutineer.interference.protocol.actions import Actions
from scrutineer.interference.protocol.lists import ELSEWHERE, GUARDED, Container, Links, Ring
from scrutineer.interference.protocol.thread import ThreadLowering, Tracked
from scrutineer.interference.protocol.writer import StepWriter
from scrutineer.interference.removal import Removals
from scrutineer.locks.locks import FunctionLocks, Locks
from scrutineer.model.lock import LockId
from scrutineer.model.span import Span
from scrutineer.model.types import TypeRef
from scrutineer.program.paths import canonical_path

_ITEMS_OF_RING, _ITEMS = 3, 2


class Extractor:
    """Builds models of functions of one program."""

    def __init__(self, locks: Locks) -> None:
        """Nothing is looked at yet."""
        self.locks = locks
        self.program = locks.program
        self.detaches = Detaches(locks)
        self.removals = Removals(locks)
        self._actions: dict[tuple[int, str], tuple[FunctionLocks, Actions] | None] = {}

    def actions(self, inside: FunctionLocks, key: str) -> Actions:
        """What a body does to a container."""
        return Actions(inside, key, self.detaches, self.removals)

    def model(
        self,
        threads: tuple[FunctionLocks, ...],
        key: str,
        type_: TypeRef,
        contract: Contract | None,
        fix: str,
        apart: FunctionLocks | None = None,
    ) -> Model:
        """Each function is one thread, all on one object; `key` names the container, `type_` is its type.

        `apart` is a thread that may work under another object's locks instead: then there are two owners.
        """
        ring = type_.name in rings()
        lists = 3 if apart is not None else 2
        container: Container = Ring(_ITEMS_OF_RING, lists) if ring else Links(_ITEMS, lists)
        shared = _shared_locks(threads)
        names = [each.flow.entry.item.name for each in threads]
        written = tuple(
            self._thread(each, _named(names, number), key, container, shared, contract, apart=each is apart)
            for number, each in enumerate(threads)
        )
        field = key.rpartition(".")[2]
        return Model(
            name=" / ".join(canonical_path(self.program, each.flow.entry) for each in threads),
            threads=written,
            cells=container.cells(),
            locks=tuple(
                Lock(each, readers=readers)
                for name, _, readers in shared
                for each in ((name,) if apart is None else (name, _elsewhere(name)))
            ),
            bounds=(Bound("items", container.items),),
            lists=container.drawn((field, "detached")),
            fix=fix,
            unsafe_contract=contract.sentence if contract is not None else "",
        )

    def _thread(
        self,
        inside: FunctionLocks,
        name: str,
        key: str,
        container: Container,
        shared: list[tuple[str, LockId, bool]],
        contract: Contract | None,
        *,
        apart: bool,
    ) -> Thread:
        writer = StepWriter()
        owners = {"one object": GUARDED, "another object": ELSEWHERE} if apart else {"": GUARDED}
        if apart:
            writer.choose(list(owners))
        for owner, guarded in owners.items():
            tracked = _tracked(inside, shared, elsewhere=guarded == ELSEWHERE)
            lowering = ThreadLowering(writer, container, tracked, self.where, lambda f: self._callee(f, key))
            lowering.contract = contract
            lowering.guarded = guarded
            if owner:
                writer.label(owner)
            lowering.body(inside, self.actions(inside, key))
        writer.step()
        return Thread(name, tuple(writer.steps), at=self.where(inside.flow, inside.flow.entry.item.name_span))

    def _callee(self, function: int, key: str) -> tuple[FunctionLocks, Actions] | None:
        """A callee that does something to the container itself."""
        known = (function, key)
        if known not in self._actions:
            inside = self.locks.of(function)
            actions = self.actions(inside, key) if inside is not None else None
            self._actions[known] = (inside, actions) if inside is not None and actions else None
        return self._actions[known]

    def where(self, flow: FunctionFlow, span: Span) -> Position:
        """A span as a place in a model."""
        path = span.path or flow.path
        facts = next(
            (each for each in self.program.files if each.path == path), self.program.files[flow.entry.file]
        )
        start, end = facts.lines.position(span.start), facts.lines.position(span.end)
        return Position(path, start.line, "", start.column, end.line, end.column)


def _shared_locks(threads: tuple[FunctionLocks, ...]) -> list[tuple[str, LockId, bool]]:
    """Locks that more than one of the threads takes, with their names in the model."""
    found: list[tuple[str, LockId, bool]] = []
    first, *rest = threads
    for each in first.acquisitions:
        lock = each.guard.lock
        same = [a for other in rest for a in other.acquisitions if a.guard.lock.may_equal(lock)]
        if same and not any(lock.may_equal(known) for _, known, _ in found):
            modes = {each.guard.mode, *(a.guard.mode for a in same)}
            owner = lock.owner.rpartition("::")[2]
            name = f"{owner}.{lock.field}" if owner else lock.field.rpartition("::")[2]
            found.append((name, lock, "shared" in modes))
    return found


def _elsewhere(name: str) -> str:
    return f"{name} of another object"


def _tracked(
    inside: FunctionLocks, shared: list[tuple[str, LockId, bool]], *, elsewhere: bool
) -> tuple[Tracked, ...]:
    own = dict.fromkeys(each.guard.lock for each in inside.acquisitions)
    return tuple(
        Tracked(_elsewhere(name) if elsewhere else name, lock, readers=readers and _only_read(inside, lock))
        for name, known, readers in shared
        for lock in own
        if lock.may_equal(known)
    )


def _only_read(inside: FunctionLocks, lock: LockId) -> bool:
    return all(each.guard.mode == "shared" for each in inside.acquisitions if each.guard.lock == lock)


def _named(names: list[str], number: int) -> str:
    return names[number] if names.count(names[number]) == 1 else f"{names[number]} {number + 1}"
