from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from pathlib import Path

import pytest
import zstandard
from opening import open_target

from scrutineer.source.errors import TargetError

MANIFEST = b"[package]\nname='packed'\nversion='0.1.0'\n"


def tar(path: Path, mode: str, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    with tarfile.open(path, mode) as packed:
        for info, content in members:
            info.size = len(content) if info.isreg() else 0
            packed.addfile(info, io.BytesIO(content))
    return path


def file(name: str) -> tarfile.TarInfo:
    return tarfile.TarInfo(name)


def odd(name: str, kind: bytes, goal: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, goal
    return info


GOOD = ((file("packed-0.1.0/Cargo.toml"), MANIFEST), (file("packed-0.1.0/src/lib.rs"), b"pub fn f() {}"))


def zipped(path: Path, *members: tuple[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members:
            packed.writestr(name, content)
    return path


@pytest.mark.parametrize(
    "kind", ["packed-0.1.0.crate", "p.tar.gz", "p.tar.xz", "p.tar.zst", "p.zip", "p.tar"]
)
def test_every_kind_of_archive_is_read(tmp_path: Path, kind: str) -> None:
    path = tmp_path / kind
    if kind.endswith(".zip"):
        zipped(path, *((info.name, content) for info, content in GOOD))
    elif kind.endswith(".zst"):
        plain = tar(tmp_path / "plain", "w:", *GOOD)
        path.write_bytes(zstandard.compress(plain.read_bytes()))
    else:
        tar(path, {"xz": "w:xz", "tar": "w:"}.get(kind.rpartition(".")[2], "w:gz"), *GOOD)
    target = open_target(path)
    assert [source.path for source in target.files] == ["src/lib.rs"]
    assert (target.identity.kind, target.identity.name, target.identity.version) == (
        "archive",
        "packed",
        "0.1.0",
    )


@pytest.mark.parametrize(
    ("member", "reason"),
    [
        ((file("/tmp/evil.rs"), b""), "absolute"),
        ((file("a/../../evil.rs"), b""), r"`\.\.`"),
        ((odd("evil.rs", tarfile.SYMTYPE, "/etc/passwd"), b""), "link that leads out"),
        ((odd("doc", tarfile.SYMTYPE, "../../etc"), b""), "link that leads out"),
        ((odd("hard.rs", tarfile.LNKTYPE, "src/lib.rs"), b""), "in the place of a source file"),
        ((odd("dev.rs", tarfile.CHRTYPE), b""), "neither a file nor a folder"),
        ((odd("pipe.rs", tarfile.FIFOTYPE), b""), "neither a file nor a folder"),
        ((file("packed-0.1.0/src/lib.rs"), b"other"), "twice"),
        ((file("C:\\evil.rs"), b""), "absolute path or a backslash"),
    ],
)
def test_a_hostile_tar_is_refused_with_the_entry_named(
    tmp_path: Path, member: tuple[tarfile.TarInfo, bytes], reason: str
) -> None:
    path = tar(tmp_path / "p.crate", "w:gz", *GOOD, member)
    with pytest.raises(TargetError, match=reason) as caught:
        open_target(path)
    assert repr(member[0].name) in str(caught.value)
    assert sorted(place.name for place in tmp_path.iterdir()) == ["p.crate"]


def test_a_hostile_zip_is_refused_with_the_entry_named(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match=r"'\.\./evil\.rs' leads out"):
        open_target(zipped(tmp_path / "p.zip", ("../evil.rs", b"")))
    link = zipfile.ZipInfo("evil.rs")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "l.zip", "w") as packed:
        packed.writestr(link, "/etc/passwd")
    with pytest.raises(TargetError, match=r"'evil\.rs' is a link"):
        open_target(tmp_path / "l.zip")


def test_a_link_that_stays_inside_is_left_out(tmp_path: Path) -> None:
    path = tar(tmp_path / "p.tar.gz", "w:gz", *GOOD, (odd("packed-0.1.0/doc", tarfile.SYMTYPE, "src"), b""))
    assert [source.path for source in open_target(path).files] == ["src/lib.rs"]


@pytest.mark.parametrize("kind", ["tar.gz", "zip"])
def test_a_bomb_is_stopped_while_it_unpacks(tmp_path: Path, kind: str) -> None:
    size = 80 << 20
    path = tmp_path / f"bomb.{kind}"
    if kind == "zip":
        zipped(path, ("bomb.rs", bytes(size)))
    else:
        info = file("bomb.rs")
        info.size = size
        with gzip.open(path, "wb", 6) as packed:
            packed.write(info.tobuf())
            for _ in range(80):
                packed.write(bytes(1 << 20))
    with pytest.raises(TargetError, match="200 times the size of the archive"):
        open_target(path)


@pytest.mark.parametrize("name", ["p.tar.gz", "p.zip", "p.tar.xz", "p.tar.zst", "p.crate"])
def test_a_broken_archive_is_a_clear_error(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"this is no archive")
    with pytest.raises(TargetError, match="cannot be unpacked"):
        open_target(path)
