"""An interleaving of the explorer as the flows of a finding."""

from __future__ import annotations

from typing import Literal, cast

from scrutineer.explore.flows import flows as explored
from scrutineer.explore.verdict import Verdict
from scrutineer.model.finding import Flow, FlowStep
from scrutineer.model.span import Position


def flows(verdict: Verdict) -> tuple[Flow, ...]:
    """The merged flow and one per thread; empty where nothing was found."""
    return tuple(
        Flow(
            cast("Literal['thread', 'merged', 'chain']", flow.kind),
            tuple(
                FlowStep(
                    step.path,
                    Position(step.start.line, step.start.column),
                    Position(step.end.line, step.end.column),
                    step.message,
                    step.thread,
                    step.locks,
                )
                for step in flow.steps
            ),
            flow.thread,
        )
        for flow in explored(verdict)
    )
