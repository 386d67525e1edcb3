"""`cfg` and `target` narrow an audit to one build: what that leaves out is neither counted, resolved nor reported."""

from __future__ import annotations

from pathlib import Path

from running import Listener, run

from scrutineer.run.crates import opened_crates
from scrutineer.run.options import Machine, Options, Question
from trees import BARE, STRICT, Write

LIB = """
#[cfg(unix)]
mod unix;
#[cfg(unix)]
use unix::raw;
#[cfg(windows)]
mod windows;
#[cfg(windows)]
use windows::raw;

pub fn both(p: &u8) -> u8 {
    #[cfg(windows)]
    let p = &unsafe { *(p as *const u8) };
    raw(p)
}
"""
BODY = BARE.replace("bare", "raw")
LINUX = Options(target="x86_64-unknown-linux-gnu")
WINDOWS = Options(target="x86_64-pc-windows-msvc")


def crate(tree: Write) -> Path:
    return tree({"Cargo.toml": STRICT, "src/lib.rs": LIB, "src/unix.rs": BODY, "src/windows.rs": BODY})


def callee(root: Path, options: Options) -> str:
    """Module of the function that `both` calls."""
    with opened_crates(Question(str(root), options), Machine(), Listener()) as opened:
        (unit,) = opened.units
        (caller,) = unit.program.find("crate::both")
        (edge,) = unit.program.call_graph.calls(caller.index)
        return unit.program.modules[unit.program.functions[edge.target.function].module].path


def test_only_what_the_target_compiles_is_read(tree: Write) -> None:
    root = crate(tree)
    (both,), (linux,), (windows,) = (run(root, options=each) for each in (Options(), LINUX, WINDOWS))
    assert [one.path for one in both.findings] == ["src/lib.rs", "src/unix.rs", "src/windows.rs"]
    assert [one.path for one in linux.findings] == ["src/unix.rs"]
    assert [one.path for one in windows.findings] == ["src/lib.rs", "src/windows.rs"]
    assert [one.inventory.unsafe_blocks for one in (both, linux, windows)] == [3, 1, 2]
    assert (linux.coverage.read, linux.coverage.unreached) == (2, ())
    (before,) = (one for one in both.findings if one.path == "src/unix.rs")
    assert linux.findings == (before,)


def test_a_call_goes_to_the_variant_of_the_build(tree: Write) -> None:
    root = crate(tree)
    assert callee(root, LINUX) == "strict::unix"
    assert callee(root, WINDOWS) == "strict::windows"


def test_answers_of_another_build_are_not_taken_from_the_cache(tree: Write, tmp_path: Path) -> None:
    root = crate(tree)
    for options in (Options(), LINUX, WINDOWS, Options(cfg=("unix",)), Options(cfg=("not(unix)",))):
        assert run(root, options=options, cache=tmp_path) == run(root, options=options)
    assert run(root, options=Options(cfg=("unix",)))[0].inventory.unsafe_blocks == 1
