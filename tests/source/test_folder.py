from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from opening import open_target

from scrutineer.source.errors import TargetError
from scrutineer.source.locate import opened
from scrutineer.source.survey import Settings
from trees import Write


def git(root: Path, *words: str) -> str:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *identity, *words], cwd=root, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def paths(word: Path, revision: str = "") -> list[str]:
    return [file.path for file in open_target(word, revision=revision).files]


def test_build_output_is_left_out_but_a_module_called_target_is_not(tree: Write) -> None:
    root = tree(
        {
            "Cargo.toml": "[package]\nname='a'\n",
            "src/lib.rs": "",
            "src/target/mod.rs": "",
            "target/debug/out.rs": "",
        }
    )
    assert paths(root) == ["src/lib.rs", "src/target/mod.rs"]


def test_what_git_ignores_is_left_out_unless_the_user_names_it(tree: Write) -> None:
    root = tree(
        {
            ".gitignore": "generated/\n*_gen.rs\n",
            "a.rs": "",
            "b_gen.rs": "",
            "generated/c.rs": "",
            "new.rs": "",
        }
    )
    git(root, "init", "-q")
    git(root, "add", "a.rs", ".gitignore")
    assert paths(root) == ["a.rs", "new.rs"]
    assert paths(root / "generated") == ["c.rs"]


def test_a_revision_is_read_without_checking_it_out(tree: Write) -> None:
    root = tree({"sub/Cargo.toml": "[package]\nname='a'\nversion='1.0.0'\n", "sub/src/lib.rs": "old text"})
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-qm", "first")
    (root / "sub/src/lib.rs").write_text("new")
    (root / "sub/src/more.rs").write_text("new")
    with opened(str(root / "sub"), Settings(), "HEAD") as target:
        assert [file.path for file in target.target.files] == ["src/lib.rs"]
        assert target.reader.read("src/lib.rs") == b"old text"
        assert target.target.identity.revision == git(root, "rev-parse", "HEAD")
        with pytest.raises(OSError, match="no such file"):
            target.reader.read("src/more.rs")
    assert (root / "sub/src/lib.rs").read_text() == "new"
    with pytest.raises(TargetError, match="no revision `nope`"):
        open_target(root, revision="nope")


def test_a_repository_cannot_make_git_run_a_program(tree: Write, tmp_path: Path) -> None:
    root, marker = tree({"src/lib.rs": ""}), tmp_path / "marker"
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-qm", "first")
    hook = root / "hook.sh"
    hook.write_text(f"#!/bin/sh\ntouch {marker}\n")
    hook.chmod(0o755)
    for key in ("core.fsmonitor", "core.sshCommand", "core.pager", "diff.external"):
        git(root, "config", key, str(hook))
    git(root, "config", "filter.evil.smudge", str(hook))
    (root / ".git/info/attributes").write_text("*.rs filter=evil\n")
    with opened(str(root), Settings(), "HEAD") as target:
        assert target.reader.read("src/lib.rs") == b""
    assert paths(root) == ["src/lib.rs"]
    assert not marker.exists()


def test_what_cannot_be_read_as_a_file_is_listed_and_the_rest_goes_on(tree: Write, tmp_path: Path) -> None:
    root = tree({"good.rs": "", "inner/also.rs": ""})
    outside = tmp_path / "secret.rs"
    outside.write_text("fn secret() {}")
    (root / "leads_out.rs").symlink_to(outside)
    (root / "dangling.rs").symlink_to(root / "nowhere")
    (root / "stays.rs").symlink_to(root / "good.rs")
    (root / "circle").symlink_to(root)
    os.mkfifo(root / "pipe.rs")
    target = open_target(root)
    assert [file.path for file in target.files] == ["good.rs", "inner/also.rs", "stays.rs"]
    assert {unread.path for unread in target.not_read} == {"leads_out.rs", "dangling.rs", "pipe.rs"}


def test_an_unknown_target_says_what_was_tried(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="no such file or folder"):
        open_target(tmp_path / "nothing")


def test_without_cargo_the_user_learns_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("CARGO_HOME", str(tmp_path))
    with pytest.raises(TargetError, match=r"cargo is not installed; install Rust, or give a folder"):
        open_target("some-crate@1.0.0")


def test_a_crate_in_cargos_cache_needs_neither_cargo_nor_network(
    monkeypatch: pytest.MonkeyPatch, tree: Write, tmp_path: Path
) -> None:
    root = tree(
        {
            "some-crate-1.0.0/Cargo.toml": "[package]\nname='some-crate'\nversion='1.0.0'\n",
            "some-crate-1.0.0/src/lib.rs": "",
        }
    )
    cache = tmp_path / "home" / "registry" / "cache" / "mirror"
    cache.mkdir(parents=True)
    packed = shutil.make_archive(str(tmp_path / "packed"), "gztar", root)
    shutil.move(packed, cache / "some-crate-1.0.0.crate")
    monkeypatch.setenv("CARGO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", "")
    monkeypatch.chdir(tmp_path)
    target = open_target("some-crate@1.0.0")
    assert (target.identity.kind, target.identity.name, target.identity.version) == (
        "crate",
        "some-crate",
        "1.0.0",
    )
    assert [file.path for file in target.files] == ["src/lib.rs"]
