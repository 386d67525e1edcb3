"""Reads the HTML that rustdoc writes: declarations, impl headers and signatures, as Rust text with full paths.

Only code is taken, never prose. Names that rustdoc links are replaced by the path that they link to, so that
`Option<T>` on any page becomes `core::option::Option<T>`. Written against the pages of Rust 1.95.
"""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

KINDS = (
    "struct",
    "enum",
    "union",
    "trait",
    "traitalias",
    "fn",
    "macro",
    "constant",
    "static",
    "type",
    "primitive",
)
_NAMED = "struct|enum|union|trait|traitalias|type|constant|static"
_REDIRECT = re.compile(r'http-equiv="refresh" content="0;URL=([^"]+)"')
_SOURCE = re.compile(r'class="src(?: rightside)?" href="(?:\.\./)*src/([^"]+)"')
_DECLARATION = re.compile(r'<pre class="rust item-decl"><code>(.*?)</code></pre>', re.DOTALL)
_PART = re.compile(r'<h2 id="([^"]+)" class="[^"]*section-header')
_SECTION = re.compile(
    r'<section id="([^"]+)" class="(impl|method|method trait-impl|associatedtype trait-impl|'
    r'associatedtype|associatedconstant trait-impl|associatedconstant)">'
    r'(.*?)<h[34] class="code-header">(.*?)</h[34]>(?=(.{0,160}))',
    re.DOTALL,
)
_SINCE = re.compile(r'class="since(?: rightside)?" title="[^"]*">([0-9][^< ]*)(?: \(const: ([0-9.]+)\))?')
_LINK = re.compile(r'<a class="(\w+)" href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
_NOISE = re.compile(
    r'<a href="#" class="tooltip".*?</a>|<div class="code-attribute">.*?</div>|<span class="comment">.*?</span>'
    r'|<summary.*?</summary>|<span class="attr">.*?</span>|<wbr>',
    re.DOTALL,
)
_REEXPORTED = {*KINDS, "variant"} - {"primitive"}
_GLOB = re.compile(r'<code>pub use [^;]*?<a class="mod" href="([^"]+)index.html"[^>]*>\w+</a>::\*;')
_REEXPORT = re.compile(r'<dt id="reexport\.([^"]+)"><code>(.*?)</code>', re.DOTALL)

Canonical = Callable[[str], str]
"""Turns the address of a page (relative to the root of the documentation) into the path of its item."""


@dataclass(frozen=True)
class Member:
    """A method, associated type or constant: its signature, and since when it is stable (`-`: it is not)."""

    text: str
    since: str


@dataclass(frozen=True)
class Impl:
    """An impl block: its header, what stands in it, and in which part of the page it was listed."""

    part: str
    header: str
    members: list[Member] = field(default_factory=list)


@dataclass(frozen=True)
class Page:
    """One item of the documentation, as found: `address` is relative to the root of the documentation."""

    address: str
    kind: str
    name: str
    source: str
    html: str

    @property
    def path(self) -> str:
        """The path under which this page shows the item."""
        return item_path(self.address)


def item_path(address: str) -> str:
    """`core/iter/trait.Iterator.html` → `core::iter::Iterator`; macros keep a `!`."""
    folder, _, file = address.rpartition("/")
    kind, _, name = file.removesuffix(".html").partition(".")
    if kind == "primitive":
        return name
    return "::".join([*folder.split("/"), name.rstrip("!") + ("!" if kind == "macro" else "")])


def read_page(root: Path, address: str) -> Page | str:
    """The page at an address, or the address it redirects to."""
    text = (root / address).read_text()
    redirect = _REDIRECT.search(text[:400])
    folder, _, file = address.rpartition("/")
    if redirect:
        return posixpath.normpath(posixpath.join(folder, redirect[1]))
    kind, _, name = file.removesuffix(".html").partition(".")
    start = text.find('id="main-content"')
    source = _SOURCE.search(text, start, start + 6000)
    return Page(address, kind, name, source[1].partition("-")[0] if source else "", text[start:])


def reexports(root: Path, address: str) -> Iterator[tuple[str, str]]:
    """Names that a module's page lists under re-exports, with the address that each links to."""
    folder = posixpath.dirname(address)
    for _, code in _REEXPORT.findall((root / address).read_text()):
        links = [link for link in _LINK.findall(code) if link[0] in _REEXPORTED]
        if links and "{" not in code:
            renamed = re.search(r" as (\w+);", code)
            yield (
                renamed[1] if renamed else _plain(links[-1][2]),
                posixpath.normpath(posixpath.join(folder, links[-1][1])),
            )


def globs(root: Path, address: str) -> Iterator[str]:
    """Modules that a module re-exports whole."""
    folder = posixpath.dirname(address)
    for href in _GLOB.findall((root / address).read_text()):
        yield posixpath.normpath(posixpath.join(folder, href)).replace("/", "::")


def declaration(page: Page, canonical: Canonical) -> str:
    """The declaration of an item; of a trait only its header."""
    found = _DECLARATION.search(page.html)
    code = found[1] if found else ""
    if page.kind == "macro":
        return ""
    if page.kind == "trait":
        code = re.split(r"\{(?=\s*(?:\}|\n|<details|//))", code, maxsplit=1)[0]
    return rust_text(code, page.address, canonical).removeprefix("pub ").rstrip(";")


def since_of(page: Page) -> str:
    """Since when the item itself is stable; `-` if it is not."""
    found = _DECLARATION.search(page.html)
    return _since(
        page.html[: found.start()] if found else page.html[:3000],
        page.html[found.end() : found.end() + 400] if found else "",
    )


def impls(page: Page, canonical: Canonical) -> Iterator[Impl]:
    """Impl blocks of a type's page with their members; of a trait's page, its own members as one block."""
    marks = [*_PART.finditer(page.html)]
    ends = [mark.start() for mark in marks[1:]] + [len(page.html)]
    for mark, end in zip(marks, ends, strict=True):
        part = mark[1]
        if part.startswith("deref-methods") or part in {
            "implementors",
            "foreign-impls",
            "synthetic-implementors",
        }:
            continue
        current = Impl(part, "")
        text = page.html[mark.end() : end]
        sections = [*_SECTION.finditer(text)]
        stops = [section.start() for section in sections[1:]] + [len(text)]
        for section, stop in zip(sections, stops, strict=False):
            id_, class_, before, code, after = section.groups()
            signature = rust_text(code, page.address, canonical)
            if class_ == "impl":
                if current.header or current.members:
                    yield current
                current = Impl(part, signature)
            elif class_ == "method trait-impl" or (page.kind == "trait" and not id_.startswith(_OWN)):
                continue
            else:
                required = "required " if id_.startswith("tymethod.") else ""
                words = " panics" if panics(text[section.end() : stop]) else ""
                current.members.append(
                    Member(required + signature.removeprefix("pub "), _since(before, after) + words)
                )
        if current.header or current.members:
            yield current


_OWN = ("tymethod.", "method.", "associatedtype.", "associatedconstant.")


def panics(documentation: str) -> bool:
    """Whether a documented item has a section that says when it panics."""
    return ' id="panics' in documentation


def rust_text(code: str, address: str, canonical: Canonical) -> str:
    """Rust source of a piece of rustdoc's code, with linked names made full paths."""
    folder = posixpath.dirname(address)

    def name(link: re.Match[str]) -> str:
        kind, href, text = link[1], link[2], link[3]
        target = href.partition("#")[0]
        if (
            kind not in _NAMED.split("|")
            or not target
            or "#" in href
            or href.startswith("http")
            or not re.fullmatch(r"\w+", text)
        ):
            return text
        return canonical(posixpath.normpath(posixpath.join(folder, target)))

    text = _LINK.sub(name, _NOISE.sub("", code).replace('<div class="where">', " "))
    return _plain(text)


def _plain(code: str) -> str:
    text = html.unescape(re.sub(r"<[^>]+>", "", code)).replace("\xa0", " ")
    text = re.sub(r"([(\[<]) ", r"\1", re.sub(r"\s+", " ", text).strip())
    text = re.sub(r",\s*(?=[>\]])|(?<=\w),\s*(?=\))", "", text).rstrip(", ")
    text = re.sub(r"(?<=[ ,])\w+:(?=,|$)", "", text)  # bounds that rustdoc hides leave `T:` behind
    return re.sub(r"(?:, )+$| where[ ,]*$", "", re.sub(r"where (?:, )+", "where ", text))


def _since(before: str, after: str) -> str:
    found = _SINCE.search(before)
    if found is None:
        return "-" if "unstable" in after else ""
    return found[1] + (f" const {found[2]}" if found[2] else "")
