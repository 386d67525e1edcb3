"""Any kind of source gives the same records; a hostile one gives no file, no crash and no silence."""

from __future__ import annotations

import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from record_files import record_json, tar_bytes

from scrutineer.records.archive import Limits, Malformed, Member, read_source
from scrutineer.records.errors import RecordsError

FILES = {"cve/published/2026/CVE-2026-1000.json": b"one", "cve/published/2026/CVE-2026-1000.sha1": b"two"}
MakeFolder = Callable[[dict[str, bytes]], Path]


def everything(_: str) -> bool:
    return True


def as_tar() -> bytes:
    return tar_bytes([(tarfile.TarInfo(name), data) for name, data in FILES.items()])


def as_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in FILES.items():
            archive.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("a.tar", as_tar),
        ("a.tar.xz", lambda: lzma.compress(as_tar())),
        ("a.tar.gz", lambda: gzip.compress(as_tar())),
        ("a.tar.zst", lambda: zstandard.compress(as_tar())),
        ("a.zip", as_zip),
    ],
)
def test_every_archive_gives_what_the_folder_gives(
    name: str, pack: Callable[[], bytes], tmp_path: Path, make_folder: MakeFolder
) -> None:
    archive = tmp_path / name
    archive.write_bytes(pack())
    expected = {Member(path, data) for path, data in FILES.items()}
    assert set(read_source(make_folder(FILES), everything)) == expected
    assert set(read_source(archive, everything)) == expected


def test_names_that_point_outside_write_nothing(tmp_path: Path) -> None:
    archive = tmp_path / "a.tar"
    archive.write_bytes(tar_bytes([(tarfile.TarInfo(f"../../{tmp_path.name}-escaped"), b"x")]))
    before = set(tmp_path.parent.iterdir())
    assert [item.path for item in read_source(archive, everything)] == [f"../../{tmp_path.name}-escaped"]
    assert set(tmp_path.parent.iterdir()) == before


def test_links_and_devices_are_listed_not_followed(tmp_path: Path) -> None:
    link = tarfile.TarInfo("link.json")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    device = tarfile.TarInfo("device.json")
    device.type = tarfile.CHRTYPE
    archive = tmp_path / "a.tar"
    archive.write_bytes(tar_bytes([(link, b""), (device, b"")]))
    items = list(read_source(archive, everything))
    assert [type(item) for item in items] == [Malformed, Malformed]


def test_a_link_in_a_folder_is_not_followed(make_folder: MakeFolder, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    root = make_folder({"a.json": b"a"})
    (root / "b.json").symlink_to(secret)
    assert [item for item in read_source(root, everything) if isinstance(item, Malformed)] == [
        Malformed("b.json", "not a regular file")
    ]


@pytest.mark.parametrize("name", ["bomb.tar.xz", "bomb.zip"])
def test_a_bomb_stops_at_the_limit_and_says_so(name: str, tmp_path: Path) -> None:
    archive = tmp_path / name
    if name.endswith(".zip"):
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("a.json", b"good")
            for number in range(8):
                packed.writestr(f"{number}.json", bytes(1 << 20))
    else:
        members = [(tarfile.TarInfo("a.json"), b"good")]
        members += [(tarfile.TarInfo(f"{number}.json"), bytes(1 << 20)) for number in range(8)]
        archive.write_bytes(lzma.compress(tar_bytes(members)))
    items = list(read_source(archive, everything, Limits(member=2 << 20, total=3 << 20)))
    assert items[0] == Member("a.json", b"good")
    assert isinstance(items[-1], Malformed)
    assert "limit" in items[-1].why or "more than" in items[-1].why
    assert sum(len(item.data) for item in items if isinstance(item, Member)) <= 3 << 20


@pytest.mark.parametrize("pack", [as_tar, as_zip])
def test_a_large_member_is_listed_and_the_rest_read(pack: Callable[[], bytes], tmp_path: Path) -> None:
    archive = tmp_path / ("a.zip" if pack is as_zip else "a.tar")
    archive.write_bytes(pack())
    items = list(read_source(archive, everything, Limits(member=2)))
    assert [type(item) for item in items] == [Malformed, Malformed]
    assert all("larger than" in item.why for item in items if isinstance(item, Malformed))


def test_a_huge_header_extension_is_refused(tmp_path: Path) -> None:
    info = tarfile.TarInfo("a.json")
    info.pax_headers = {"comment": "x" * 5000}
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(tarfile.TarInfo("first.json"), io.BytesIO(b""))
        archive.addfile(info, io.BytesIO(b""))
    path = tmp_path / "a.tar"
    path.write_bytes(buffer.getvalue())
    items = list(read_source(path, everything, Limits(header=1000)))
    assert [item.path for item in items] == ["first.json", "a.tar"]
    assert isinstance(items[-1], Malformed)


def test_a_cut_archive_gives_its_beginning_and_says_that_it_is_cut(tmp_path: Path) -> None:
    whole = lzma.compress(
        tar_bytes(
            [
                (tarfile.TarInfo(f"{n}.json"), record_json(f"CVE-2026-{n}", text=str(n) * 999))
                for n in range(1000, 1400)
            ]
        )
    )
    archive = tmp_path / "a.tar.xz"
    archive.write_bytes(whole[: len(whole) // 2])
    try:
        items = list(read_source(archive, everything))
    except RecordsError:
        return
    assert isinstance(items[-1], Malformed)
    assert "the rest is not read" in items[-1].why


@pytest.mark.parametrize("name", ["a.tar.xz", "a.tar.gz", "a.tar.zst", "a.tar", "a.zip", "a.txt", "none"])
def test_what_is_no_archive_is_refused(name: str, tmp_path: Path) -> None:
    if name != "none":
        (tmp_path / name).write_bytes(b"no archive at all" * 100)
    with pytest.raises(RecordsError):
        list(read_source(tmp_path / name, everything))
