"""Count what is unsafe, by crate, module, subsystem or file."""

from __future__ import annotations

import sys
from typing import Any, get_args

import click
import msgspec

from scrutineer.cli.problems import reported
from scrutineer.cli.target_options import asked_of, machine_of, question, target_options
from scrutineer.surface.inventory import Grouping


@click.command()
@click.argument("target", default=".")
@click.option(
    "--by", type=click.Choice(get_args(Grouping)), help="What a row is  [default: by the kind of target]."
)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
@target_options
def command(target: str, by: Grouping | None, format_: str, **given: Any) -> None:
    """Count what is unsafe, by crate, module, subsystem or file.

    A TARGET is what `scrutineer audit` takes. Lines are code lines: comments and blank ones do not count.
    """
    from scrutineer.cli.output import remark_empty, write  # noqa: PLC0415 - keeps `--help` fast
    from scrutineer.report.inventory_table import inventory_table  # noqa: PLC0415 - the same
    from scrutineer.run.survey import surveyed  # noqa: PLC0415 - the same
    from scrutineer.run.watcher import watcher  # noqa: PLC0415 - the same

    with reported():
        found = surveyed(question(target, asked_of(given)), by, machine_of(given), watcher())
    if format_ == "json":
        write(msgspec.json.format(msgspec.json.encode(found), indent=1).decode() + "\n", None)
    else:
        write(inventory_table(found.by, found.rows, found.total), None)
        for unread in found.coverage.not_read:
            click.echo(f"not read: {unread.path}: {unread.why}", err=True)
    if not found.coverage.read:
        remark_empty(target, found.coverage)
        sys.exit(3)
