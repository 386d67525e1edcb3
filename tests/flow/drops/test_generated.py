"""Drops of generated programs: what rustc's program logs is what the lowered bodies log."""

from __future__ import annotations

from collections import Counter
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from compare import Run, bodies_of, compiled_logs, differences, program, runs_of
from decided import contradictions, with_closures
from tree_sitter import Parser

from scrutineer.syntax.grammar import LANGUAGE
from toolchain import works

_TOOL = spec_from_file_location("constructs", Path(__file__).parents[3] / "tools" / "constructs.py")
assert _TOOL is not None
assert _TOOL.loader is not None
constructs = module_from_spec(_TOOL)
_TOOL.loader.exec_module(constructs)

needs_rustc = pytest.mark.skipif(not works("rustc"), reason="rustc is not installed, or knows no toolchain")
FUSES = 14


def _check(edition: int, seed: int, count: int, folder: Path) -> Counter[str]:
    functions = program(seed, count, edition)
    lines = compiled_logs(functions, runs_of(seed, FUSES), edition, folder)
    assert len(lines) == count * (FUSES + 2)
    run = Run(bodies_of(functions, edition))
    assert differences(run, lines) == []
    tally: Counter[str] = Counter()
    for body in run.bodies.values():
        for inner in with_closures(body):
            assert contradictions(inner, run.seen[id(inner)], tally) == []
    return tally


@needs_rustc
@pytest.mark.parametrize("edition", [2021, 2024])
@pytest.mark.parametrize("seed", [1, 2])
def test_generated_programs_drop_as_compiled_ones_do(edition: int, seed: int, tmp_path: Path) -> None:
    tally = _check(edition, seed, 900, tmp_path)
    assert tally["yes"] > 1000
    assert tally["no"] > 1000


def test_generated_programs_use_every_construct_of_real_bodies() -> None:
    listed = Path(__file__).with_name("constructs.txt").read_text().splitlines()
    wanted = {line.split(None, 1)[1] for line in listed if line and not line.startswith("#")}
    used: set[str] = set()
    for edition in (2021, 2024):
        text = "\n".join(function.text for function in program(1, 900, edition)).encode()
        for function in constructs.bodies(Parser(LANGUAGE).parse(text).root_node):
            used |= constructs.constructs(function, text)
    assert wanted - used == set()


@needs_rustc
@pytest.mark.soak
@pytest.mark.parametrize("edition", [2021, 2024])
@pytest.mark.parametrize("seed", range(100, 112))
def test_many_generated_programs_drop_as_compiled_ones_do(edition: int, seed: int, tmp_path: Path) -> None:
    assert _check(edition, seed, 1500, tmp_path)["maybe"]
