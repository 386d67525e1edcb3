"""One function as a thread of a model: its locks and its actions on the container, every way through its branches."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from scrutineer.explore.expressions import Local
from scrutineer.explore.steps import END, Acquire, Choose, Contract, Cut, Position, Release
from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.interference.protocol.actions import Action, Actions
from scrutineer.interference.protocol.lists import DETACHED, GUARDED, Container, drain, pop
from scrutineer.interference.protocol.writer import StepWriter
from scrutineer.locks.locks import FunctionLocks
from scrutineer.locks.places import definition_of
from scrutineer.locks.suspends import suspended
from scrutineer.model.body import Operation
from scrutineer.model.lock import LockId
from scrutineer.model.span import Span

Callees = Callable[[int], "tuple[FunctionLocks, Actions] | None"]
Where = Callable[[FunctionFlow, Span], Position]
_DEEPEST = 3


class Tracked(msgspec.Struct, frozen=True):
    """A lock of the model: its name there, and which locks of a body it is."""

    name: str
    lock: LockId
    readers: bool = False


class ThreadLowering:
    """Writes one thread."""

    def __init__(
        self,
        writer: StepWriter,
        container: Container,
        locks: tuple[Tracked, ...],
        where: Where,
        callees: Callees,
    ) -> None:
        """Nothing is written yet."""
        self.writer = writer
        self.container = container
        self.locks = locks
        self.where = where
        self.callees = callees
        self.contract: Contract | None = None
        self.guarded = GUARDED  # the list that is this thread's guarded place

    def body(self, inside: FunctionLocks, actions: Actions, depth: int = _DEEPEST) -> None:
        """All ways through a body, from its entry to where it returns."""
        _Frame(self, inside, actions, depth).write()

    def act(self, action: Action, item: Local) -> None:
        """The steps of one action; `item` receives what is taken out."""
        writer, container = self.writer, self.container
        which = self.guarded if action.which == GUARDED else action.which
        match action.kind:
            case "take":
                container.take(writer, which, DETACHED)
            case "pop":
                pop(container, writer, which, item)
            case "remove":
                chosen = writer.local("element")
                writer.step(Choose(chosen, tuple(range(1, container.items + 1))))
                container.remove(writer, which, chosen)
            case "drain":
                drain(container, writer, which)
            case "look":
                container.look(writer, which)
            case "touch":
                container.look(writer, which, write=True)
            case "push":
                writer.step(text="insert a new element")


class _Frame:
    """One body on the way of a thread, the function's own or a callee's read in place."""

    def __init__(self, thread: ThreadLowering, inside: FunctionLocks, actions: Actions, depth: int) -> None:
        self.thread = thread
        self.writer = thread.writer
        self.inside = inside
        self.flow = inside.flow
        self.actions = actions
        self.depth = depth
        self.prefix = self.writer.fresh("body")
        self.items: dict[int, Local] = {}
        self.calls = {
            point: found
            for point, operation in self.flow.graph.points()
            if operation.kind == "call" and depth and (found := self._callee(point))
        }
        self.busy = {block for block in self.flow.graph.order if self._is_busy(block)}

    def _callee(self, point: Point) -> tuple[FunctionLocks, Actions] | None:
        call = self.flow.target(point)
        if call.kind != "resolved" or call.crate != self.flow.program.root or call.alternatives:
            return None
        if self.actions.at(point) is not None or call.function == self.flow.entry.index:
            return None
        return self.thread.callees(call.function)

    def write(self) -> None:
        """The steps of the body."""
        for tracked in self._held(Point(0, 0)):
            self._at(self.flow.body.span)
            self.writer.step(
                Acquire(tracked.name, shared=tracked.readers),
                text=f"lock({tracked.name}), held by the caller",
            )
        self._go([0])
        for block in self.flow.graph.order:
            if block in self.busy:
                self.writer.label(self._label(block))
                self._block(block)
        self.writer.label(f"{self.prefix}.return")

    def _is_busy(self, block: int) -> bool:
        body = self.flow.body.blocks[block]
        points = [Point(block, at) for at in range(len(body.operations))]
        if body.terminator.kind == "return" or any(
            point in self.calls or self.actions.at(point) for point in points
        ):
            return True
        return any(self._held(point) != self._held(Point(block, point.at + 1)) for point in points)

    def _block(self, block: int) -> None:
        body = self.flow.body.blocks[block]
        if any(
            lock.name not in {one.name for one in self._certain(Point(block, 0))}
            for lock in self._held(Point(block, 0))
        ):
            self._at(body.terminator.span)
            self.writer.step(Cut("ways that join with a lock held and not held"))
            return
        for at, operation in enumerate(body.operations):
            self._operation(Point(block, at), operation)
        self._at(body.terminator.span)
        if body.terminator.kind == "return":
            for tracked in self._held(Point(block, len(body.operations))):
                self.writer.step(Release(tracked.name))
            if self.depth == _DEEPEST and 0 in self.actions.holders and not self._returns_guard(block):
                self.writer.contract = self.thread.contract
                self.thread.act(Action("drain", DETACHED), self.writer.local("item"))  # as the caller will
                self.writer.contract = None
            self.writer.jump(f"{self.prefix}.return" if self.depth < _DEEPEST else END)
        else:
            self._branch(block)

    def _returns_guard(self, block: int) -> bool:
        end = Point(block, len(self.flow.body.blocks[block].operations))
        return bool(self.inside.held.in_local(end, 0))

    def _operation(self, point: Point, operation: Operation) -> None:
        before, after = self._held(point), self._held(Point(point.block, point.at + 1))
        self._at(operation.span)
        for tracked in after:
            if tracked not in before:
                self.writer.step(Acquire(tracked.name, shared=tracked.readers))
        action = self.actions.at(point)
        if action is not None:
            item = self.writer.local("item")
            if action.kind == "pop" and operation.target is not None and not operation.target.steps:
                self.items[operation.target.local] = item
            self.writer.contract = self.thread.contract
            self.thread.act(action, item)
            self.writer.contract = None
        elif point in self.calls:
            self.thread.body(*self.calls[point], self.depth - 1)
            self._at(operation.span)
        given_back = suspended(self.inside, point) if operation.kind == "call" else ()
        for tracked in before:
            if tracked not in after:
                self.writer.step(Release(tracked.name))
            elif tracked.lock in given_back:
                self.writer.step(Release(tracked.name), text=f"unlock({tracked.name}) while it waits")
                self.writer.step(Acquire(tracked.name, shared=tracked.readers))

    def _branch(self, block: int) -> None:
        terminator = self.flow.body.blocks[block].terminator
        place = terminator.condition.place if terminator.condition is not None else None
        item = self._item(place.local) if place is not None and not place.steps else None
        some = (
            _some(terminator.labels)
            if terminator.kind == "match"
            else 0
            if terminator.kind == "branch"
            else None
        )
        if item is None or some is None or len(terminator.targets) != 2:
            self._go(list(terminator.targets))
            return
        absent = self.writer.fresh("none")
        self.writer.unless(item, absent)
        self._go([terminator.targets[some]])
        self.writer.label(absent)
        self._go([terminator.targets[1 - some]])

    def _item(self, local: int) -> Local | None:
        """The element that a local holds, or that it says the presence of (`is_some()`)."""
        found = self.items.get(local)
        definition = definition_of(self.flow, local) if found is None else None
        if definition is None or definition.callee is None or definition.callee.name != "is_some":
            return found
        place = definition.operands[0].place
        return self.items.get(place.local) if place is not None else None

    def _go(self, targets: list[int]) -> None:
        """Go on at the next blocks that do anything, whichever way the branches between lead."""
        ahead = sorted(self._ahead(targets))
        if not ahead:
            self.writer.jump(END)  # it never returns
        elif len(ahead) == 1:
            self.writer.jump(self._label(ahead[0]))
        else:
            self.writer.choose([self._label(block) for block in ahead])

    def _ahead(self, targets: list[int]) -> set[int]:
        found, seen, todo = set[int](), set[int](), list(targets)
        while todo:
            block = todo.pop()
            if block in seen:
                continue
            seen.add(block)
            if block in self.busy:
                found.add(block)
            else:
                todo += self.flow.graph.successors[block]
        return found

    def _held(self, point: Point) -> tuple[Tracked, ...]:
        alive = {each.guard.lock for each in self.inside.held.may(point)}
        return tuple(tracked for tracked in self.thread.locks if tracked.lock in alive)

    def _certain(self, point: Point) -> tuple[Tracked, ...]:
        certain = set(self.inside.held.must(point))
        return tuple(tracked for tracked in self.thread.locks if tracked.lock in certain)

    def _label(self, block: int) -> str:
        return f"{self.prefix}.{block}"

    def _at(self, span: Span) -> None:
        self.writer.at = self.thread.where(self.flow, span)


def _some(labels: tuple[str, ...]) -> int | None:
    """Which way of a match is taken by a value that is there."""
    names = [label.rpartition("::")[2] for label in labels]
    if "Some" in names:
        return names.index("Some")
    return 1 - names.index("None") if "None" in names and len(names) == 2 else None
