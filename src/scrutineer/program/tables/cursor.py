"""A cursor over the tokens of a declaration in the tables."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"\s*('\w+|[\w#]+|::|->|=>|\.\.\.|…|\"[^\"]*\"|.)")


class Cursor:
    """A cursor over the tokens of one declaration; `parameters` are the type parameters in scope."""

    def __init__(self, text: str, parameters: frozenset[str] = frozenset()) -> None:
        self.tokens: list[str] = _TOKEN.findall(text)
        self.at = 0
        self.parameters = parameters

    def peek(self, ahead: int = 0) -> str:
        """The next token, empty at the end."""
        at = self.at + ahead
        return self.tokens[at] if at < len(self.tokens) else ""

    def next(self) -> str:
        """Take the next token."""
        if self.at >= len(self.tokens):
            raise ValueError("the text ends in the middle of a declaration")
        self.at += 1
        return self.tokens[self.at - 1]

    def accept(self, token: str) -> bool:
        """Take the token if it is next."""
        if self.peek() == token:
            self.at += 1
            return True
        return False

    def expect(self, token: str) -> None:
        """Take the token or complain."""
        if not self.accept(token):
            raise ValueError(f"expected `{token}` before `{' '.join(self.tokens[self.at : self.at + 6])}`")

    def until(self, *stops: str) -> str:
        """Take tokens as text up to a stop that stands outside any brackets."""
        taken: list[str] = []
        depth = 0
        while self.peek() and (depth or self.peek() not in stops):
            taken.append(self.next())
            depth += (taken[-1] in "([{<") - (taken[-1] in ")]}>")
        return " ".join(taken)
