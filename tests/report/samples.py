"""Reports to render: one finding of each shape that formats treat differently."""

from __future__ import annotations

import msgspec

from scrutineer.model.file import Inventory
from scrutineer.model.finding import (
    Coverage,
    Finding,
    Flow,
    FlowStep,
    Related,
    Report,
    TargetIdentity,
    ToolIdentity,
    Unread,
)
from scrutineer.model.span import Position
from scrutineer.report.rendering import Rendering

SOURCE = """\
impl Node {
    fn release(&self) {
        let list = take(&mut self.inner.lock().list);
        for entry in list { unsafe { entry.remove() } }
\tlet é = "日本"; unsafe { f() };
        unsafe {
            g()
        }
    }
}
"""


def finding(line: int, column: int, end: tuple[int, int], **changes: object) -> Finding:
    base = Finding(
        id="0123456789abcdef",
        rule="undocumented-unsafe",
        class_="documentation",
        level="warning",
        confidence="high",
        message="unsafe block without a SAFETY comment",
        path="src/node.rs",
        start=Position(line, column),
        end=Position(*end),
        item="demo::Node::release",
        note="say in a `// SAFETY:` comment above it what makes this sound",
    )
    return msgspec.structs.replace(base, **changes)


def report(*findings: Finding, **changes: object) -> Report:
    base = Report(
        tool=ToolIdentity("scrutineer", "0.1.0"),
        target=TargetIdentity("crate", "demo", "1.0.0"),
        coverage=Coverage(files=1, read=1),
        inventory=Inventory(unsafe_blocks=3, code_lines=10),
        findings=findings,
    )
    return msgspec.structs.replace(base, **changes)


def read(path: str) -> bytes:
    if path != "src/node.rs":
        raise FileNotFoundError(path)
    return SOURCE.encode()


RENDERING = Rendering(read=read)


def _step(thread: str, line: int, message: str, *locks: str) -> FlowStep:
    return FlowStep("src/node.rs", Position(line, 9), Position(line, 12), message, thread, locks)


RELEASE = _step("release", 3, "takes the list out of `inner`", "inner")
REMOVE = _step("set_cleared", 4, "removes the entry from the list it believes is in `inner`", "inner")
WALK = _step("release", 4, "walks the list")
RACE = finding(
    3,
    20,
    (3, 53),
    rule="detached-while-shared",
    class_="data-race",
    level="error",
    message="the list is still walked after its lock was released",
    related=(Related("src/node.rs", Position(4, 9), Position(4, 12), "entries are removed here"),),
    flows=(
        Flow("thread", (RELEASE, WALK), "release"),
        Flow("thread", (REMOVE,), "set_cleared"),
        Flow("merged", (RELEASE, REMOVE, WALK)),
    ),
)
CHAIN = finding(
    4, 29, (4, 54), flows=(Flow("chain", (_step("", 2, "calls `g`"), _step("", 3, "calls `h`"))),)
)
NOTE = finding(5, 16, (5, 30), level="note", note="")
FULL = report(
    RACE,
    CHAIN,
    NOTE,
    finding(6, 9, (8, 10)),
    coverage=Coverage(
        files=3, read=2, with_errors=1, not_read=(Unread("src/50%,a:b.rs", "not UTF-8 at byte 7"),)
    ),
)
