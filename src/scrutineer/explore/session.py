"""What the `explore` command does: a file and options in, a text and an exit status out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from scrutineer.explore.compare import comparison_text, designs
from scrutineer.explore.explore import SYNCHRONISATION, explore, replay
from scrutineer.explore.export.promela import promela
from scrutineer.explore.export.shiviz import shiviz
from scrutineer.explore.flows import Flow, flows
from scrutineer.explore.load import FIXED, MODEL, ModelFile
from scrutineer.explore.model import Model, ModelError
from scrutineer.explore.show.places import places_text
from scrutineer.explore.show.svg import svg
from scrutineer.explore.show.text import verdict_text
from scrutineer.explore.verdict import Bounds, Verdict


class Request(msgspec.Struct, frozen=True):
    """The options of one run."""

    sizes: dict[str, int] = {}
    fix: bool = False
    states: int | None = None
    granularity: str = SYNCHRONISATION
    replay: str | None = None

    @property
    def bounds(self) -> Bounds:
        """The bounds of the search."""
        return Bounds(states=self.states) if self.states else Bounds()


class Answer(msgspec.Struct, frozen=True):
    """What to print, and whether it holds a counterexample."""

    text: str
    counterexample: bool


class Document(msgspec.Struct, frozen=True):
    """The JSON of one verdict."""

    schema: int
    verdict: Verdict
    flows: tuple[Flow, ...]


def explore_file(path: Path, request: Request, shape: str) -> Answer:
    """Explore one model's file and show the verdict as text, json, promela, svg or shiviz."""
    file = ModelFile(path)
    model = file.build(FIXED if request.fix else MODEL, request.sizes)
    if shape == "promela":
        return Answer(promela(model), counterexample=False)
    if request.replay:
        verdict = replay(model, request.replay)
    else:
        verdict = explore(model, request.bounds, granularity=request.granularity)
    return Answer(_shown(file, request, verdict, shape), verdict.counterexample)


def explored_answer(model: Model, verdict: Verdict, assumption: str, shape: str) -> Answer:
    """Show the verdict on a model that was taken from source, with the line that each step stands for."""
    match shape:
        case "promela":
            return Answer(promela(model), counterexample=False)
        case "json":
            text = _json(Document(1, verdict, flows(verdict)))
        case "svg":
            text = svg(verdict)
        case "shiviz":
            text = shiviz(verdict)
        case _:
            heading = f"{model.name}\n\n"
            text = heading + verdict_text(verdict) + places_text(verdict) + f"\nThis {assumption}.\n"
    return Answer(text, verdict.counterexample)


def joined(answers: Sequence[Answer], shape: str) -> Answer:
    """Several answers as one; as JSON a list, if there are several."""
    texts = [answer.text for answer in answers]
    whole = f"[{','.join(texts)}]\n" if shape == "json" and len(texts) > 1 else "\n".join(texts)
    return Answer(whole, any(answer.counterexample for answer in answers))


def _shown(file: ModelFile, request: Request, verdict: Verdict, shape: str) -> str:
    match shape:
        case "json":
            return _json(Document(1, verdict, flows(verdict)))
        case "svg":
            return svg(verdict)
        case "shiviz":
            return shiviz(verdict)
    fixed = None
    if verdict.counterexample and file.has_fix and not request.fix:
        fixed = explore(file.build(FIXED, request.sizes), request.bounds)
    return verdict_text(verdict, fixed)


def compare(folder: Path, request: Request, shape: str) -> Answer:
    """Explore every design of a folder against its clients and show one table."""
    paths = sorted(path for path in folder.glob("*.py") if not path.name.startswith("_"))
    if not paths:
        raise ModelError(f"no model in {folder}")
    found = designs(paths, request.sizes, request.bounds)
    text = _json(found) if shape == "json" else comparison_text(found)
    return Answer(text, any(design.verdict.counterexample for design in found))


def _json(document: object) -> str:
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"
