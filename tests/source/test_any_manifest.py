"""Whatever a manifest says, its files are found: cargo judges manifests, an audit goes on."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from scrutineer.source import layout, workspace
from scrutineer.source.listing import Entry, Listing
from scrutineer.source.manifest import Manifest

KEYS = (
    "package", "project", "lib", "bin", "test", "example", "workspace", "members", "exclude", "dependencies", "path", "name",
    "build-dependencies", "dev_dependencies", "target", "features", "profile", "release", "panic", "lints", "clippy", "rust",
    "edition", "version", "rust-version", "publish", "build", "autobins", "proc-macro", "level", "x", "../..", "src/lib.rs",
)  # fmt: skip
LEAVES = st.sampled_from(["", "a", "src/lib.rs", "../x", "2021", "*", "[", True, False, 3, 1.5, "abort"])
TABLES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=40,
)
LISTING = Listing(
    {
        path: Entry(1, "1")
        for path in ("Cargo.toml", "a/Cargo.toml", "src/lib.rs", "a/src/main.rs", "src/bin/x.rs")
    }
)


class Nothing(msgspec.Struct):
    def read(self, path: str) -> bytes:
        raise FileNotFoundError(path)


@given(
    st.dictionaries(st.sampled_from(KEYS), TABLES, max_size=12),
    st.dictionaries(st.sampled_from(KEYS), TABLES, max_size=8),
)
def test_no_manifest_is_too_odd(outer: dict[str, object], inner: dict[str, object]) -> None:
    found = [Manifest("Cargo.toml", outer), Manifest("a/Cargo.toml", inner)]
    units = [
        unit
        for package in workspace.packages(found, LISTING, Nothing())
        for unit in layout.crates_of(package, LISTING)
    ]
    assert all(unit.root in LISTING.files for unit in units)
    assert msgspec.msgpack.encode(units)
