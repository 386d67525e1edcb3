"""Resolved calls against the compiler's own, on crates named by SCRUTINEER_RESOLUTION_CRATES (folders, `:` between)."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from toolchain import works

TOOLS = Path(__file__).parents[2] / "tools"
CRATES = [Path(each) for each in os.environ.get("SCRUTINEER_RESOLUTION_CRATES", "").split(":") if each]


def _tool(name: str) -> ModuleType:
    if str(TOOLS) not in sys.path:
        sys.path.insert(0, str(TOOLS))
    spec = importlib.util.spec_from_file_location(name, TOOLS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("callee", "owner", "name"),
    [
        ("alloc::vec::Vec::<T>::push", "Vec", "push"),
        ("core::num::<impl usize>::checked_add", "usize", "checked_add"),
        ("core::slice::<impl [T]>::len", "slice", "len"),
        ("<core::slice::Iter<'_, T> as core::iter::Iterator>::next", "Iterator", "next"),
        ("<F as core::ops::FnOnce<(T,)>>::call_once", "FnOnce", "call_once"),
        ("raw::RawTable::<T, A>::find::<impl FnMut(&T) -> bool>", "RawTable", "find"),
        ("core::option::Option::<impl FnOnce() -> T>::take", "Option", "take"),
        ("core::ptr::read::<T>", "ptr", "read"),
    ],
)
def test_callees_of_mir_text_are_read(callee: str, owner: str, name: str) -> None:
    assert _tool("mir_calls").split_callee(callee)[:2] == (owner, name)


@pytest.mark.full
@pytest.mark.skipif(not works("cargo"), reason="no cargo to build with")
@pytest.mark.skipif(not CRATES, reason="SCRUTINEER_RESOLUTION_CRATES names no crates")
def test_calls_are_those_that_the_compiler_makes() -> None:
    tool = _tool("check_resolution")
    total: Counter[str] = Counter()
    for folder in CRATES:
        built = tool.build(folder)
        calls = list(tool.calls_of(built.mir))
        total += tool.report(folder.name, tool.joined(tool.programs(folder, built), calls))
    assert total["calls"] > 0
    assert total["wrong"] <= 0.01 * total["resolved"]
    assert total["resolved"] >= 0.85 * total["calls"]
    for word in ("unsafe", "lock"):
        assert total[f"{word} resolved"] >= 0.95 * total[word]
