"""Print a function as the analyses see it: evaluation order, types, drops, unwinding."""

from __future__ import annotations

import sys
from typing import Any

import click

from scrutineer.cli.problems import Problem, reported
from scrutineer.cli.target_options import asked_of, machine_of, question, target_options


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="[TARGET] ITEM")
@target_options
def command(words: tuple[str, ...], **given: Any) -> None:
    """Print a function as the analyses see it: evaluation order, types, drops, unwinding.

    ITEM is its path, or the last segments of it (`Node::release`); TARGET is what `scrutineer audit` takes. The
    text is read as rustc's MIR dump is; what is dropped on an unwinding path stands below the operation.
    """
    from scrutineer.cli.output import remark_empty, write  # noqa: PLC0415 - keeps `--help` fast
    from scrutineer.report.body_text import body_text  # noqa: PLC0415 - the same
    from scrutineer.run.items import find_functions  # noqa: PLC0415 - the same
    from scrutineer.run.watcher import watcher  # noqa: PLC0415 - the same

    if len(words) > 2:
        raise click.UsageError("one TARGET and one ITEM at most")
    target, item = ("." if len(words) == 1 else words[0]), words[-1]
    with reported():
        found = find_functions(question(target, asked_of(given)), item, machine_of(given), watcher())
    if not found.coverage.read:
        remark_empty(target, found.coverage)
        sys.exit(3)
    if not found.functions:
        raise Problem(f"{target}: no function `{item}` with a body")
    write("\n".join(body_text(*each) for each in found.functions), None)
