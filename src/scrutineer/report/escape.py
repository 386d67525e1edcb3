"""Text of audited code is hostile: made harmless for terminals, Markdown and workflow commands."""

from __future__ import annotations

import re
import unicodedata

# Control characters (C0, DEL, C1), directional overrides and marks, invisible characters, line separators,
# lone surrogates: what moves a cursor or makes text read differently from what it is.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_TAB = " " * 4
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~!&])")


def for_terminal(text: str) -> str:
    """One line, on which nothing acts on the terminal: an escape character is written as its code, tabs as spaces."""
    return _UNSEEN.sub(_written, text)


def for_markdown(text: str) -> str:
    """One line of plain text in Markdown and its tables; no markup and no HTML of the text takes effect."""
    return _MARKDOWN.sub(r"\\\1", for_terminal(text)).replace("@", "@\u2060")


def for_command(text: str) -> str:
    """Message of a workflow command of GitHub: its line breaks and percent signs are written as codes."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def for_command_property(text: str) -> str:
    """Property of a workflow command, where `:` and `,` separate as well."""
    return for_command(text).replace(":", "%3A").replace(",", "%2C")


def cells(text: str) -> int:
    """Width on a terminal: East Asian wide characters take two cells, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(_cell_width(character) for character in text)


def _cell_width(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _written(found: re.Match[str]) -> str:
    return _TAB if found[0] == "\t" else f"\\u{{{ord(found[0]):x}}}"
