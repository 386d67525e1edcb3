from __future__ import annotations

from pathlib import Path

from commands import scrutineer

from trees import Write

CODE = """
struct Guard;
impl Drop for Guard { fn drop(&mut self) {} }
fn hold() -> Guard { Guard }
fn keep(g: Guard, call: impl Fn()) -> Result<u8, Guard> {
    let other = hold();
    call();
    Err(g)?;
    drop(other);
    Ok(1)
}
"""


def demo(tree: Write) -> Path:
    return tree({"Cargo.toml": '[package]\nname = "demo"\nedition = "2021"\n', "src/lib.rs": CODE})


def test_a_body_shows_what_is_dropped_where_and_when_a_call_unwinds(tree: Write) -> None:
    done = scrutineer("body", "keep", "--no-cache", folder=demo(tree))
    assert (done.status, done.err) == (0, "")
    lines = [line.strip() for line in done.out.splitlines()]
    assert "fn demo::keep  // src/lib.rs:5" in lines
    call = next(at for at, line in enumerate(lines) if "call(self _2)" in line)
    assert lines[call + 1].startswith("unwind user (")
    assert lines[call + 1].endswith(": _3; _2 maybe; _1")
    early = lines[: lines.index("return;  // ?")]
    dropped = [line.split(";")[0] for line in early if line.startswith("drop(")][-2:]
    assert dropped == ["drop(_3)", "drop(_2)"]


def test_an_item_that_is_not_there_is_a_mistake_of_the_user(tree: Write) -> None:
    done = scrutineer("body", ".", "lose", "--no-cache", folder=demo(tree))
    assert done.status == 2
    assert "no function `lose` with a body" in done.err
