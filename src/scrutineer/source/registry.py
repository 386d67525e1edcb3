"""Published crates, with cargo as the client: its configuration, mirrors and cache apply.

`cargo info` brings the archive of one crate without its dependencies. It refuses yanked versions, and most
vulnerable versions are yanked: for those a lock file that names the version is fetched, which cargo allows and
which brings the dependencies' archives too. cargo only ever runs in a private folder whose package we wrote;
nothing of the crate is built or run, and no configuration of an audited folder can be in reach.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from pathlib import Path

from scrutineer.source.errors import TargetError

_MANIFEST = """[package]
name = "scrutineer-wants-{name}"
version = "0.0.0"
edition = "2021"

[workspace]

[dependencies]
{name} = {{ version = "{version}", default-features = false }}
"""
_SECONDS = 600  # for one cargo command; a registry index over a slow line takes minutes
_NEWEST = re.compile(r"^version: (\S+)", re.MULTILINE)


def fetch(name: str, version: str) -> tuple[str, Path]:
    """Version and archive of a published crate; without a version, of the newest one. Raises TargetError."""
    word = f"{name}@{version}" if version else name
    archive = _cached(name, version) if version else None
    error = ""
    if archive is None:
        with tempfile.TemporaryDirectory(prefix="scrutineer-") as folder:
            done = _cargo(word, folder, "info", "--color=never", word)
        error = done.stderr
        if not version and done.returncode == 0:
            version = _newest(done.stdout)
        archive = _cached(name, version) if version else None
    if archive is None and version:
        error = _fetch_locked(word, name, version) or error
        archive = _cached(name, version)
    if archive is None:
        raise TargetError(_explain(word, error))
    return version, archive


def _newest(output: str) -> str:
    """`version: 1.2.3 (latest 1.3.0)`, as `cargo info` prints it."""
    found = _NEWEST.search(output)
    return found[1] if found else ""


def _cached(name: str, version: str) -> Path | None:
    """The archive in cargo's cache. cargo has checked it against the registry's checksum."""
    home = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo")
    folders = home.glob("registry/cache/*/")
    found = (folder / f"{name}-{version}.crate" for folder in sorted(folders))
    return next((path for path in found if path.is_file()), None)


def _cargo(word: str, folder: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run cargo in a private folder. No wrapper, target or toolchain file of anyone else applies there."""
    try:
        return subprocess.run(
            ["cargo", *words],
            cwd=folder,
            env=os.environ | {"CARGO_TERM_COLOR": "never", "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except FileNotFoundError:
        raise TargetError(
            f"{word}: published crates are fetched by cargo, and cargo is not installed; "
            "install Rust, or give a folder or a `.crate` file"
        ) from None
    except subprocess.TimeoutExpired:
        raise TargetError(
            f"{word}: `cargo {words[0]}` gave no answer in {_SECONDS} s; is the network there?"
        ) from None


def _fetch_locked(word: str, name: str, version: str) -> str:
    """Fetch a version through a lock file that names it; cargo's error text, or nothing."""
    with tempfile.TemporaryDirectory(prefix="scrutineer-") as folder:
        root = Path(folder)
        (root / "src").mkdir()
        (root / "src" / "lib.rs").touch()
        manifest, lock = root / "Cargo.toml", root / "Cargo.lock"
        manifest.write_text(_MANIFEST.format(name=name, version="*"))
        done = _cargo(word, folder, "generate-lockfile")
        if done.returncode:
            return done.stderr
        before, mark, after = lock.read_text().partition(f'name = "{name}"\n')
        after = re.sub(r'version = "[^"]+"', f'version = "{version}"', after, count=1)
        lock.write_text(before + mark + re.sub(r'checksum = "[^"]+"\n', "", after, count=1))
        manifest.write_text(_MANIFEST.format(name=name, version=f"={version}"))
        return _cargo(word, folder, "fetch").stderr


def _explain(word: str, error: str) -> str:
    """What cargo said, and what the user can do."""
    lines = [line.strip() for line in error.splitlines() if line.strip()]
    said = next(
        (line for line in lines if line.startswith("error")), lines[-1] if lines else "cargo said nothing"
    )
    text = error.lower()
    network = (
        "could not resolve",
        "failed to download",
        "timed out",
        "connect",
        "network",
        "spurious",
        "offline",
    )
    if any(sign in text for sign in network):
        hint = "the registry cannot be reached: check the network, or give a folder or a `.crate` file"
    else:
        hint = "check name and version with `cargo search`, or give a path as `./name` if you mean a folder"
    return f"{word}: no such target here, and cargo cannot fetch it ({said.removeprefix('error: ')}); {hint}"
