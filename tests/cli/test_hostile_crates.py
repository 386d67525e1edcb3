"""Nothing of an audited crate runs: not its build script, macro, configuration or toolchain file, not its git settings."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from commands import TOOL, scrutineer

from trees import BARE, Write


def hostile(tree: Write, marker: Path) -> Path:
    touch = f'std::fs::write("{marker}", "ran").unwrap();'
    script = f"#!/bin/sh\ntouch {marker}\n"
    root = tree(
        {
            "Cargo.toml": '[package]\nname = "hostile"\nversion = "0.1.0"\nbuild = "build.rs"\n'
            '[lib]\nproc-macro = true\n[workspace]\n[dependencies]\nleft-out = { path = "dep" }\n',
            "build.rs": f"fn main() {{ {touch} }}",
            "src/lib.rs": f"extern crate proc_macro;\n#[proc_macro] pub fn m(t: proc_macro::TokenStream) -> proc_macro::TokenStream {{ {touch} t }}\n{BARE}",
            "dep/Cargo.toml": '[package]\nname = "left-out"\nversion = "0.1.0"\n',
            "dep/src/lib.rs": "",
            ".cargo/config.toml": '[build]\nrustc = "./run.sh"\nrustc-wrapper = "./run.sh"\n[alias]\ninfo = "run"\n',
            "rust-toolchain.toml": '[toolchain]\npath = "./toolchain"\n',
            "toolchain/bin/cargo": script,
            "toolchain/bin/rustc": script,
            "run.sh": script,
            "Makefile": f"all:\n\ttouch {marker}\n$(shell touch {marker})\n",
        }
    )
    for path in ("run.sh", "toolchain/bin/cargo", "toolchain/bin/rustc"):
        (root / path).chmod(0o755)
    return root


def test_an_audit_leaves_no_marker_and_changes_no_file(tree: Write, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    root = hostile(tree, marker)
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    subprocess.run(["git", "config", "core.fsmonitor", str(root / "run.sh")], cwd=root, check=True)
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    for folder, word in ((root, "."), (tmp_path, str(root))):
        done = scrutineer("audit", word, "--format", "json", "--persona", "auditor", folder=folder)
        assert done.status == 0, done.err
        assert done.report["coverage"]["read"] == 3
    scrutineer(
        "audit", "no-such-crate-of-that-name@0.0.1", folder=root, environment={"CARGO_NET_OFFLINE": "true"}
    )
    assert not marker.exists()
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == before


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_an_audit_starts_no_program_but_git(tree: Write, tmp_path: Path) -> None:
    root, log = hostile(tree, tmp_path / "marker"), tmp_path / "log"
    words = ["strace", "-f", "-qq", "-e", "trace=execve", "-o", str(log), TOOL, "audit", "--no-cache", "."]
    done = subprocess.run(words, cwd=root, check=False, capture_output=True, text=True)
    if "ptrace" in done.stderr.lower():
        pytest.skip("strace may not trace here")
    started = [line.split('"')[1] for line in log.read_text().splitlines() if " = 0" in line]
    assert started[0] == TOOL
    assert {Path(program).name for program in started[1:]} <= {"git", Path(TOOL).name}
