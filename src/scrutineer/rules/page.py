"""Rule pages: Markdown that is documentation, help text and test at once.

A Rust block is a test of its page's rule. Each line that must be reported ends with `//~ rule-id`; several ids
are separated by spaces, and `rule-id=note` also states the level. The fence's info string may say, after
`rust`: `edition=2018`, `crate=name`, `kernel`, `panic=abort`, `rust-version=1.70` (the manifest declares it),
`lints=clippy::name` (the manifest sets it to `warn`), `also=rule-id` (a second rule that runs), `ignore` (no
test). `// file: src/name.rs` on a line of its own starts a file; without one the block is `src/lib.rs`.
"""

from __future__ import annotations

import re
from functools import cache

import msgspec

from scrutineer.rules.rule import Rule

_FENCE = re.compile(r"^```(?P<info>[^`\n]*)\n(?P<text>.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"^// file: (?P<path>\S+)[ \t]*\n", re.MULTILINE)
_MARKER = re.compile(r"[ \t]*//~ (?P<ids>[^\n]*)$", re.MULTILINE)
_HEADING = re.compile(r"^## (?P<name>.+)$", re.MULTILINE)


class Expectation(msgspec.Struct, frozen=True, order=True):
    """A line that must be reported: file, line from 1, rule, and level if the page states one."""

    path: str
    line: int
    rule: str
    level: str = ""


class Example(msgspec.Struct, frozen=True):
    """One Rust block of a page. `line` is where its fence stands, `files` are without markers."""

    line: int
    options: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, str], ...]
    expected: tuple[Expectation, ...]

    def option(self, name: str, default: str = "") -> str:
        """Value of an option of the fence; of one without `=`, its name."""
        return dict(self.options).get(name, default)


class Page(msgspec.Struct, frozen=True):
    """One rule's page: its title, its text below the title, the names of its sections, and its Rust blocks."""

    title: str
    text: str
    sections: tuple[str, ...]
    examples: tuple[Example, ...]


@cache
def read_page(rule: Rule) -> Page:
    """The page of a rule. Raises ValueError if it does not begin with a title."""
    return parse_page(rule.page.read_text(encoding="utf-8"))


def parse_page(markdown: str) -> Page:
    """A page from its text. Raises ValueError if it does not begin with a title."""
    title, _, text = markdown.partition("\n")
    if not title.startswith("# "):
        raise ValueError("a rule page begins with `# rule-id`")
    examples = []
    for fence in _FENCE.finditer(markdown):
        language, *options = fence["info"].split() or [""]
        if language == "rust":
            line = markdown.count("\n", 0, fence.start()) + 1
            examples.append(_example(line, options, fence["text"]))
    sections = tuple(heading["name"].strip() for heading in _HEADING.finditer(_FENCE.sub("", markdown)))
    return Page(title.removeprefix("# ").strip(), text.strip(), sections, tuple(examples))


def without_markers(markdown: str) -> str:
    """The text without `//~`: what the compiler would see."""
    return _MARKER.sub("", markdown)


def for_readers(markdown: str) -> str:
    """The text as a person wants it, who need not know how pages are tested."""
    return _MARKER.sub("  // ← reported", markdown)


def _example(line: int, options: list[str], text: str) -> Example:
    pairs = tuple((name, value or name) for name, _, value in (option.partition("=") for option in options))
    files = _split_files(text)
    expected = tuple(sorted(found for path, body in files for found in _expectations(path, body)))
    return Example(line, pairs, tuple((path, without_markers(body)) for path, body in files), expected)


def _split_files(text: str) -> list[tuple[str, str]]:
    heads = list(_FILE.finditer(text))
    if not heads:
        return [("src/lib.rs", text)]
    ends = [*(head.start() for head in heads[1:]), len(text)]
    return [(head["path"], text[head.end() : end]) for head, end in zip(heads, ends, strict=True)]


def _expectations(path: str, text: str) -> list[Expectation]:
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        marker = _MARKER.search(line)
        for word in marker["ids"].split() if marker else ():
            rule, _, level = word.partition("=")
            found.append(Expectation(path, number, rule, level))
    return found
