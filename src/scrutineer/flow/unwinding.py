"""Which operation can unwind, and through whose code: the crate's own panics, or code that its user brings.

A panic of the crate's own (a failed assertion, an index) is in its author's hands. Code of a closure, of a type
parameter's trait, of a trait object or of a generic destructor is in its user's: it may panic whenever it likes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import msgspec

from scrutineer.flow.aborting import aborts
from scrutineer.flow.graph import Point
from scrutineer.flow.unwinding_names import (
    ACCESSORS,
    ADAPTERS,
    DROP_LATER,
    ITERATING,
    PLAIN_ITERATORS,
    STEPS_ITERATOR,
)
from scrutineer.model.body import Operation, Place
from scrutineer.model.types import TypeRef
from scrutineer.program.program import Program
from scrutineer.program.sealed import is_closed, is_sealed
from scrutineer.program.tables.effects import effects_of, user_code
from scrutineer.program.typing.records import CallTarget

if TYPE_CHECKING:
    from scrutineer.flow.function import FunctionFlow

Whose = Literal["no", "own", "unknown", "accessor", "destructor", "user"]
_RANK: dict[Whose, int] = {"no": 0, "own": 1, "unknown": 2, "accessor": 3, "destructor": 4, "user": 5}
_OPEN = frozenset({"param", "projection", "dyn", "impl"})
_COMPARES = frozenset({"<", "<=", ">", ">=", "==", "!="})
_CHECKED = frozenset({"/", "%", "+", "-", "*", "<<", ">>"})


class Unwind(msgspec.Struct, frozen=True):
    """`own`: a panic that the crate writes; `user`: code that its user brings, `reason` says which.

    `accessor` is code of its user, too, but such as only hands out what it holds (`as_ref`, `deref`, `len`), or
    the method of an unsafe trait, whose implementor promises something: it could panic, and never does.
    `destructor`: a value of a type that its user chose goes out of scope; often there is none left by then.
    """

    whose: Whose
    reason: str = ""

    def or_worse(self, other: Unwind) -> Unwind:
        """The one that says more: user, then unknown, then own."""
        return other if _RANK[other.whose] > _RANK[self.whose] else self


NO = Unwind("no")
OWN = Unwind("own")
UNKNOWN = Unwind("unknown")


class Unwinding:
    """Unwinding of one program's operations and functions; recursion counts as what the rest of the cycle does."""

    def __init__(self, program: Program, flows: Callable[[int], FunctionFlow | None]) -> None:
        """Functions are summarised when a call of them is first asked about."""
        self.program = program
        self.flows = flows
        self._functions: dict[int, Unwind] = {}
        self._depths: dict[int, int] = {}  # functions being summarised, by how deep they were entered
        self._cut = 0  # depth of the outermost function that a cycle led back to

    def of_operation(self, flow: FunctionFlow, point: Point) -> Unwind:
        """What one operation can unwind through."""
        operation = flow.operation(point)
        match operation.kind:
            case "call":
                return self._of_call(flow, operation, flow.target(point))
            case "drop":
                return self._of_drop(flow, operation, point)
            case "panic":
                return OWN
            case "opaque" | "await" | "yield":
                return UNKNOWN
            case "format":
                return self._of_format(flow, operation)
            case "binary" if operation.name.rstrip("=") in _CHECKED or operation.name in _COMPARES:
                return self._of_operator(flow, operation)
            case _:
                return OWN if self._indexes(operation) else NO

    def _indexes(self, operation: Operation) -> bool:
        return any(
            step[0] == "[" and ":" not in step
            for operand in operation.operands
            if operand.place is not None
            for step in operand.place.steps
        )

    def _of_operator(self, flow: FunctionFlow, operation: Operation) -> Unwind:
        places = [operand.place for operand in operation.operands if operand.place is not None]
        types = [type_.args[0] if type_.kind == "ref" else type_ for type_ in map(flow.type_of, places)]
        opened = next((type_ for type_ in types if type_.kind in _OPEN), None)
        if opened is not None and not is_closed(self.program, flow.typed, opened):
            return Unwind("user", f"`{operation.name}` of `{opened}`")
        return NO if operation.name in _COMPARES and not self._indexes(operation) else OWN

    def _of_format(self, flow: FunctionFlow, operation: Operation) -> Unwind:
        for operand in operation.operands:
            if operand.place is not None and (opened := open_part(flow.type_of(operand.place))):
                return Unwind("user", f"the formatting of `{opened}`")
        return OWN

    def _of_drop(self, flow: FunctionFlow, operation: Operation, point: Point) -> Unwind:
        place = operation.target
        if place is None or flow.drops.decision(point).real == "no":
            return NO
        return self._of_destructor(flow, flow.type_of(place), place)

    def _of_destructor(self, flow: FunctionFlow, type_: TypeRef, place: Place) -> Unwind:
        if flow.answers.needs_drop(place) == "no":
            return NO
        opened = open_part(type_)
        if opened is not None and is_closed(self.program, flow.typed, opened):
            return OWN
        if opened is not None:
            return Unwind("destructor", f"the destructor of `{opened}`")
        return UNKNOWN if type_.kind == "unknown" else NO

    def _of_call(self, flow: FunctionFlow, operation: Operation, target: CallTarget) -> Unwind:
        match target.kind:
            case "constructor" | "foreign":
                return NO
            case "generic" if is_sealed(self.program, target.trait):
                return OWN
            case "generic":
                return Unwind(self._of_trait(target), f"`{target.name}` of `{target.parameter}`")
            case "dyn":
                return Unwind("user", f"`{target.name}` of a trait object")
            case "callback" if is_foreign_pointer(target.self_type):
                return NO
            case "callback":
                return Unwind("user", "a closure or function that the caller hands in")
            case "closure":
                inner = flow.closures[int(target.path)] if target.path.isdigit() else None
                return self._of_body(inner) if inner is not None else UNKNOWN
            case "std":
                return self._of_library(flow, operation, target)
            case "resolved" if target.crate == self.program.root:
                return self.of_function(target.function)
            case _:
                return UNKNOWN

    def _of_trait(self, target: CallTarget) -> Whose:
        if target.name in ACCESSORS:
            return "accessor"
        info = self.program.impl_index.trait(target.trait)
        return "accessor" if info is not None and info.unsafe else "user"

    def _of_library(self, flow: FunctionFlow, operation: Operation, target: CallTarget) -> Unwind:
        """A library function: known not to unwind, or running the user's code through its bounds."""
        effects = effects_of(target.path)
        if "catches_unwind" in effects:
            return NO
        own = open_part(target.self_type) if target.self_type is not None and target.trait else None
        if own is not None and target.signature is not None and target.signature.receiver:
            whose = self._of_trait_of_std(flow, target)
            if whose != "user":
                return Unwind(whose)
            return Unwind("user", f"`{target.name}` of `{own}`")
        for argument in self._callables(flow, operation):
            return argument
        if effects & {"drops", "drops_in_place"} and target.name not in DROP_LATER:
            opened = open_part(target.self_type) or self._behind(flow, operation)
            if opened is not None:
                return Unwind("user", f"the destructor of `{opened}` in `{target.name}`")
        signature = self.program.standard.function(target.path)
        if signature is not None and (brought := user_code(signature)):
            bound = self._bound_to_user(flow, operation, target, brought)
            if bound is not None:
                return bound
        return NO if "never_unwinds" in effects else OWN

    def _of_trait_of_std(self, flow: FunctionFlow, target: CallTarget) -> Whose:
        """A library trait's method on a type that its user chose a part of: iterating a `Vec<T>` runs no `T`."""
        if target.name in ACCESSORS or target.name in ADAPTERS:
            return "accessor"
        if target.name not in STEPS_ITERATOR or target.self_type is None:
            return "user"
        return "user" if self.iterates_user(flow, target.self_type) else "no"

    def iterates_user(self, flow: FunctionFlow, type_: TypeRef) -> bool:
        """Whether an iterator is, wraps, or calls code that its user chose."""
        if type_.kind in {"param", "projection"}:
            bounds = [bound for bound in flow.typed.bounds if bound.subject == type_]
            return type_.kind == "projection" or any(
                trait.last in ITERATING for bound in bounds for trait in bound.traits
            )
        if type_.kind in {"dyn", "impl", "closure"}:
            return True
        if type_.kind == "path" and type_.last == "Cloned" and open_part(type_) is not None:
            return True
        if type_.kind != "path" or type_.last in PLAIN_ITERATORS:
            return False
        return any(self.iterates_user(flow, arg) for arg in type_.args)

    def _behind(self, flow: FunctionFlow, operation: Operation) -> TypeRef | None:
        """What its user chose of the value that a free function destroys, by value or behind a pointer."""
        place = operation.operands[0].place if operation.operands else None
        type_ = flow.type_of(place) if place is not None else None
        while type_ is not None and type_.kind in {"pointer", "ref"} and type_.args:
            type_ = type_.args[0]
        return open_part(type_)

    def _callables(self, flow: FunctionFlow, operation: Operation) -> list[Unwind]:
        """Closures among the arguments: those of this body run its own code, others are the caller's."""
        found: list[Unwind] = []
        for operand in operation.operands:
            type_ = flow.type_of(operand.place) if operand.place is not None else None
            if type_ is None:
                continue
            if type_.kind == "closure" and type_.name.isdigit() and int(type_.name) < len(flow.closures):
                inner = self._of_body(flow.closures[int(type_.name)])
                found += [inner] if inner.whose != "no" else []
            elif type_.kind == "param" and self._is_callable(flow, type_):
                found.append(Unwind("user", f"the closure `{type_}`"))
        return found

    def _is_callable(self, flow: FunctionFlow, type_: TypeRef) -> bool:
        return any(
            trait.last in {"Fn", "FnMut", "FnOnce"}
            for bound in flow.typed.bounds
            if bound.subject == type_
            for trait in bound.traits
        )

    def _bound_to_user(
        self,
        flow: FunctionFlow,
        operation: Operation,
        target: CallTarget,
        brought: tuple[tuple[TypeRef, TypeRef], ...],
    ) -> Unwind | None:
        types = [flow.type_of(operand.place) for operand in operation.operands if operand.place is not None]
        types += [target.self_type] if target.self_type is not None else []
        for subject, trait in brought:
            for type_ in types:
                opened = open_part(type_)
                if opened is not None and subject.kind == "param":
                    return Unwind("user", f"`{trait.last}` of `{opened}`")
        return None

    def of_function(self, function: int) -> Unwind:
        """What a function of the program can unwind through, its callees included."""
        if function < 0:
            return UNKNOWN
        if function in self._functions:
            return self._functions[function]
        if function in self._depths:
            self._cut = min(self._cut, self._depths[function])
            return NO
        depth = self._depths[function] = len(self._depths)
        outer, self._cut = self._cut, depth
        flow = self.flows(function)
        found = UNKNOWN if flow is None else self._of_body(flow)
        del self._depths[function]
        if self._cut >= depth or found.whose == "user":
            self._functions[function] = found  # nothing above it in the cycle can add to this
        self._cut = min(outer, self._cut)
        return found

    def _of_body(self, flow: FunctionFlow) -> Unwind:
        worst = NO
        for point, _ in flow.graph.points():
            found = self.of_operation(flow, point)
            if found.whose == "user" and aborts(flow, point):
                continue
            worst = worst.or_worse(found)
            if worst.whose == "user":
                break
        return worst


def is_foreign_pointer(type_: TypeRef | None) -> bool:
    """A pointer to a function of a foreign ABI through which nothing unwinds."""
    if type_ is None or type_.kind != "fn":
        return False
    return type_.name not in {"", "Rust"} and not type_.name.endswith("-unwind")


def open_part(type_: TypeRef | None) -> TypeRef | None:
    """The first part of an owned type that its user chooses: a parameter, projection or trait object."""
    if type_ is None or type_.kind in {"pointer", "fn"}:
        return None
    if type_.kind in _OPEN:
        return type_
    if type_.kind == "path" and type_.last in {"PhantomData", "NonNull", "ManuallyDrop", "MaybeUninit"}:
        return None
    return next((found for arg in type_.args if (found := open_part(arg)) is not None), None)
