"""Where a report goes, and what is said about it on standard error."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from scrutineer.cli.problems import Problem
from scrutineer.model.finding import Coverage
from scrutineer.report.rendering import Rendering, wants_color
from scrutineer.run.verdict import Verdict


def rendering(read: Callable[[str], bytes], output: Path | None, hidden: int) -> Rendering:
    """How a report is written: colour and width are for a terminal only."""
    if output is not None:
        return Rendering(read, hidden=hidden)
    width = shutil.get_terminal_size((120, 24)).columns
    return Rendering(read, color=wants_color(sys.stdout, os.environ), width=width, hidden=hidden)


def write(text: str, output: Path | None) -> None:
    """Write to a file, or to standard output in UTF-8 whatever the locale says."""
    if output is None:
        sys.stdout.buffer.write(text.encode(errors="backslashreplace"))
        sys.stdout.flush()
        return
    try:
        output.write_bytes(text.encode(errors="backslashreplace"))
    except OSError as error:
        raise Problem(f"{output}: {error.strerror}") from None


def remark(verdicts: Sequence[Verdict]) -> None:
    """Say what silence could hide: targets of which nothing was read, and entries of a baseline that are stale."""
    for verdict in verdicts:
        word, report = verdict.audited.question.word, verdict.report
        if verdict.empty:
            remark_empty(word, report.coverage)
        if verdict.gone:
            name = verdict.audited.question.presentation.baseline
            click.echo(
                f"scrutineer: {word}: {verdict.gone} findings of {name} are gone; --write-baseline renews it",
                err=True,
            )


def remark_empty(word: str, coverage: Coverage) -> None:
    """Say why a target has nothing to audit."""
    why = coverage.not_read[0].why if coverage.not_read else "it holds no Rust file"
    click.echo(f"scrutineer: {word}: nothing to audit: {why}", err=True)
