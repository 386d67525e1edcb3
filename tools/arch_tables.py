"""Writes the table of `core::arch`, the instructions of processors, from the documentation of the toolchain.

    python tools/arch_tables.py [--html FOLDER] [--into src/scrutineer/program/tables]

Stable functions and all types; `~` stands for the module of the architecture. What x86_64 has as x86 does stands once.
"""

from __future__ import annotations

import argparse
import json
import posixpath
import re
from pathlib import Path

import rustdoc_pages as rustdoc
from std_tables import installed_html

_FEATURES = re.compile(r'<div class="stab portability">(.*?)</div>', re.DOTALL)
_FEATURE = re.compile(r"target feature <code>([^<]+)</code>")


def module_table(root: Path, arch: str) -> dict[str, str]:
    """Names of one architecture's module: `since|signature` of a function, an empty text for a type."""
    found: dict[str, str] = {}
    for path in sorted((root / "core/arch" / arch).glob("*.html")):
        kind, _, name = path.name.removesuffix(".html").partition(".")
        if kind in {"struct", "type", "constant"}:
            found[name] = ""
        page = rustdoc.read_page(root, path.relative_to(root).as_posix()) if kind == "fn" else ""
        if isinstance(page, str):
            continue
        since = rustdoc.since_of(page)
        if since != "-":
            text = rustdoc.declaration(page, _canonical)
            found[name] = f"{since.partition(' ')[0]}{_features(page.html)}|{text}"
    return found


def _canonical(address: str) -> str:
    path = rustdoc.item_path(posixpath.normpath(address))
    return re.sub(r"^core::arch::\w+::", "~", path)


def _features(html: str) -> str:
    stab = _FEATURES.search(html)
    names = [name for listed in _FEATURE.findall(stab[1]) for name in listed.split(",")] if stab else []
    return f" features={','.join(names)}" if names else ""


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--html", type=Path, default=None)
    parser.add_argument("--into", type=Path, default=Path("src/scrutineer/program/tables"))
    options = parser.parse_args()
    root = options.html or installed_html()
    arches = sorted(path.name for path in (root / "core/arch").iterdir() if path.is_dir())
    table = {arch: module_table(root, arch) for arch in arches}
    table["x86_64"] = {
        name: text for name, text in table["x86_64"].items() if table["x86"].get(name) != text or not text
    }
    text = json.dumps({arch: names for arch, names in table.items() if names}, separators=(",", ":"))
    (options.into / "arch.json").write_text(text + "\n")
    print({arch: len(names) for arch, names in table.items()}, len(text), "bytes")


if __name__ == "__main__":
    main()
