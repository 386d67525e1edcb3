"""Writes the API tables of core, alloc and std from the documentation installed with the toolchain.

    python tools/std_tables.py [--html FOLDER] [--into src/scrutineer/program/tables]

Facts only: paths, signatures, impl headers. Sentences of the documentation are not read.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
from collections import defaultdict
from pathlib import Path

import rustdoc_pages as rustdoc
from impl_blocks import Blocks, member_name

_HIDDEN = (
    "std/intrinsics/simd/",
    "core/core_arch/",
    "core/core_simd/",
    "std/std_float/",
    "core/intrinsics/simd/",
    "std/simd/",
    "core/simd/",
)
_ARCH = ("core/arch/", "std/arch/")
CRATES = ("core", "alloc", "std")
_DULL = ("Freeze", "UnsafeUnpin", "RefUnwindSafe", "UnwindSafe", "UseCloned", "CloneFromCell")
_WITH_IMPLS = {"struct", "enum", "union", "trait", "primitive"}


def installed_html() -> Path:
    """Where the toolchain keeps its documentation."""
    root = subprocess.run(["rustc", "--print", "sysroot"], check=True, capture_output=True, text=True)
    return Path(root.stdout.strip()) / "share/doc/rust/html"


def addresses(root: Path, *, arch: bool) -> list[str]:
    """Pages of items, relative to the root."""
    found = []
    for crate in CRATES:
        for path in sorted((root / crate).rglob("*.html")):
            address = path.relative_to(root).as_posix()
            if path.name.partition(".")[0] not in rustdoc.KINDS or address.startswith(_HIDDEN):
                continue
            if address.startswith(_ARCH) == arch:
                found.append(address)
    return found


class Paths:
    """Which path an item has, whichever page shows it: the one in the crate that defines it, stable and short."""

    def __init__(self, pages: dict[str, rustdoc.Page], redirects: dict[str, str]) -> None:
        self._redirects = redirects
        self._home: dict[str, str] = {}
        places: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        for page in pages.values():
            source = "" if page.kind == "primitive" else page.source
            places[page.kind, page.name, source].append(page.address)
        for (_, _, source), found in places.items():
            crate = source.partition("/")[0]
            home = min(
                found,
                key=lambda at: (
                    not at.startswith(f"{crate}/"),
                    rustdoc.since_of(pages[at]) == "-",
                    at.count("/"),
                    at,
                ),
            )
            self._home |= dict.fromkeys(found, home)

    def home(self, page: rustdoc.Page) -> str:
        """Address of the page that is the item's own."""
        return self._home[page.address]

    def canonical(self, address: str) -> str:
        """Path of the item at an address; redirections are followed."""
        while address in self._redirects:
            address = self._redirects[address]
        return rustdoc.item_path(self._home.get(address, address))


def read_all(root: Path, wanted: list[str]) -> tuple[dict[str, rustdoc.Page], dict[str, str]]:
    """Pages by address, and redirections."""
    pages: dict[str, rustdoc.Page] = {}
    redirects: dict[str, str] = {}
    for address in wanted:
        if address.endswith("!.html"):
            continue
        page = rustdoc.read_page(root, address)
        if isinstance(page, str):
            redirects[address] = page
        else:
            pages[address] = page
    return pages, redirects


def build(root: Path) -> dict[str, object]:
    """The table of everything but `arch`."""
    pages, redirects = read_all(root, addresses(root, arch=False))
    paths = Paths(pages, redirects)
    items: dict[str, dict[str, object]] = {}
    blocks = Blocks()
    for page in sorted(pages.values(), key=lambda page: (page.address != paths.home(page), page.address)):
        path = paths.canonical(page.address)
        if path not in items:
            items[path] = {
                "kind": page.kind,
                "since": rustdoc.since_of(page)
                + (" panics" if page.kind == "fn" and rustdoc.panics(page.html) else ""),
                "declaration": rustdoc.declaration(page, paths.canonical),
            }
        for block in rustdoc.impls(page, paths.canonical) if page.kind in _WITH_IMPLS else ():
            if block.header:
                blocks.add(block)
            elif page.address == paths.home(page):
                own = items[path].setdefault("own", [])
                assert isinstance(own, list)
                own.extend(f"{member.since}|{member.text}" for member in block.members)
    for place, inherent in blocks.inherent.items():
        items.setdefault(place, {})["inherent"] = [
            [header, *lines] for header, lines in sorted(inherent.items())
        ]
    for place, traits in blocks.traits.items():
        items.setdefault(place, {})["traits"] = [
            lines for (trait, _), lines in sorted(traits.items()) if not trait.endswith(_DULL)
        ]
    providers: dict[str, list[str]] = defaultdict(list)
    for path, item in sorted(items.items()):
        item.setdefault("kind", "primitive")
        for member in item.get("own", []) if item["kind"] == "trait" else []:
            providers[member_name(member)].append(path)
    return {
        "providers": providers,
        "modules": modules(root, pages, paths),
        "universal": items.pop("", {}).get("traits", []),
        "items": dict(sorted(items.items())),
    }


def modules(root: Path, pages: dict[str, rustdoc.Page], paths: Paths) -> dict[str, dict[str, str]]:
    """Public names of each module, with the path of the item that each stands for."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for page in pages.values():
        if page.kind != "primitive":
            module, _, name = page.path.rpartition("::")
            found[module][name] = paths.canonical(page.address)
    indexes = [
        path.relative_to(root).as_posix()
        for crate in CRATES
        for path in sorted((root / crate).rglob("index.html"))
    ]
    for address in indexes:
        for name, link in rustdoc.reexports(root, address):
            place, _, variant = link.partition("#variant.")
            target = paths.canonical(place) + (f"::{variant}" if variant else "")
            found[_module(address)].setdefault(name + ("!" if target.endswith("!") else ""), target)
    globs = [(_module(address), source) for address in indexes for source in rustdoc.globs(root, address)]
    for module, source in globs + globs:
        for name, target in found.get(source, {}).items():
            found[module].setdefault(name, target)
    return {module: dict(sorted(names.items())) for module, names in sorted(found.items())}


def _module(address: str) -> str:
    return address.rpartition("/")[0].replace("/", "::")


def main() -> None:
    """Write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--html", type=Path, default=None)
    parser.add_argument("--into", type=Path, default=Path("src/scrutineer/program/tables"))
    options = parser.parse_args()
    root = options.html or installed_html()
    version = re.search(r'data-rustdoc-version="([^ "]+)', (root / "core/index.html").read_text())
    table = {"version": version[1] if version else "", **build(root)}
    text = json.dumps(table, ensure_ascii=False, separators=(",", ":"))
    (options.into / "std.json").write_text(text + "\n")
    print(len(table["items"]), "items", len(text), "bytes")


if __name__ == "__main__":
    main()
