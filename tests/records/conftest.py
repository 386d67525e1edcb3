"""Small records written here, and the real archive when the shared data is at hand."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from scrutineer.records.ingest import Request, ingest
from scrutineer.records.store import Store, write_tables


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder `data` of the shared material: `$SCRUTINEER_SHARED`, or `shared` beside the repository."""
    repository = Path(__file__).resolve().parents[2]
    shared = Path(os.environ.get("SCRUTINEER_SHARED") or repository.parent / "shared")
    data = shared / "data"
    if not (data / "kernel-vulns-2026-08-21.tar.xz").is_file():
        pytest.skip(f"the kernel's records are not at {data}; set SCRUTINEER_SHARED")
    return data


@pytest.fixture(scope="session")
def real_folder(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real archive, ingested once for all test processes."""
    base = tmp_path_factory.getbasetemp()
    shared_base = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    folder, lock = shared_base / "real-tables", shared_base / "real-tables.lock"
    try:
        lock.mkdir()
    except FileExistsError:
        deadline = time.monotonic() + 300
        while not (lock / "done").exists():
            assert time.monotonic() < deadline, "the process that ingests has not finished"
            time.sleep(0.2)
        return folder
    request = Request(
        source=shared_data / "kernel-vulns-2026-08-21.tar.xz",
        published=shared_data / "kernel-cve-published.csv",
        sizes=shared_data / "kernel_loc_dirs.jsonl.zst",
    )
    try:
        write_tables(ingest(request), folder)
    finally:
        (lock / "done").touch()
    return folder


@pytest.fixture(scope="session")
def real(real_folder: Path) -> Store:
    return Store(real_folder)


@pytest.fixture
def make_folder(tmp_path: Path) -> Callable[[dict[str, bytes]], Path]:
    """Write files into a new folder."""

    def make(files: dict[str, bytes]) -> Path:
        root = tmp_path / "source"
        for name, data in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return root

    return make
