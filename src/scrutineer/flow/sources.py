"""Where a value comes from: the parameters, fields, statics and calls that it is computed of (taint, backwards)."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.flow.values import Value, Values
from scrutineer.model.body import Body, Operand, Operation, Place


class Sources:
    """Backward closure of values over all definitions of the locals on the way.

    Flow-insensitive: a variable that is set twice has the sources of both. What a call returns has the sources
    of its arguments, and the call itself is among the parts, so that a rule can stop at `min` or `checked_add`.
    """

    def __init__(self, body: Body, values: Values) -> None:
        """Collect every operation that sets a local, by local."""
        self.body = body
        self.values = values
        self._setters: dict[int, list[Operation]] = {}
        for block in body.blocks:
            for operation in block.operations:
                if operation.kind in {"drop", "storage_dead"}:
                    continue
                if operation.target is not None and operation.target.local >= 0:
                    self._setters.setdefault(operation.target.local, []).append(operation)

    def setters(self, local: int) -> list[Operation]:
        """Operations that set a local or a part of it, in the order of the blocks."""
        return self._setters.get(local, [])

    def parts(self, operand: Operand) -> Iterator[Value]:
        """All values that an operand is made of, itself first; variables opened up, each once."""
        seen: set[int] = set()
        todo = [self.values.of(operand)]
        while todo:
            value = todo.pop()
            yield value
            todo.extend(value.args)
            if value.kind != "place" or value.place is None or value.place.local < 0:
                continue
            local = value.place.local
            if local in seen or self.is_parameter(value.place):
                continue
            seen.add(local)
            todo.extend(self.values.of_operation(setter) for setter in self._setters.get(local, ()))

    def is_parameter(self, place: Place) -> bool:
        """Whether a place lies in a parameter (captures of a closure are none)."""
        return 1 <= place.local <= self.body.parameters

    def parameters(self, operand: Operand) -> set[Place]:
        """Places in parameters that an operand's value is computed of."""
        found = (
            part.place for part in self.parts(operand) if part.kind == "place" and part.place is not None
        )
        return {place for place in found if self.is_parameter(place)}
