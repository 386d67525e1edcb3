"""List every unsafe site with the state of its safety case."""

from __future__ import annotations

import sys
from typing import Any

import click
import msgspec

from scrutineer.cli.problems import reported
from scrutineer.cli.target_options import asked_of, machine_of, question, target_options


@click.command()
@click.argument("target", default=".")
@click.option("--tests", is_flag=True, help="List the sites of test code too.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
@target_options
def command(target: str, *, tests: bool, format_: str, **given: Any) -> None:
    """List every unsafe site with the state of its safety case.

    A site is settled when each of its obligations is met by the code or asked of the caller. `scrutineer case`
    shows one of them with its evidence.
    """
    from scrutineer.cli.output import remark_empty, write  # noqa: PLC0415 - keeps `--help` fast
    from scrutineer.report.site_table import site_table  # noqa: PLC0415 - the same
    from scrutineer.run.cases import list_cases  # noqa: PLC0415 - the same
    from scrutineer.run.watcher import watcher  # noqa: PLC0415 - the same

    with reported():
        found = list_cases(question(target, asked_of(given)), machine_of(given), watcher())
    shown = tuple(case for case in found.cases if tests or not case.site.test)
    if format_ == "json":
        answer = msgspec.structs.replace(found, cases=shown)
        write(msgspec.json.format(msgspec.json.encode(answer), indent=1).decode() + "\n", None)
    else:
        write(site_table(shown), None)
    if not found.coverage.read:
        remark_empty(target, found.coverage)
        sys.exit(3)
