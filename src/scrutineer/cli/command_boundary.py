"""Show what a safety case rests on: the safe code whose change can falsify it."""

from __future__ import annotations

import sys
from typing import Any

import click
import msgspec

from scrutineer.cli.problems import Problem, reported
from scrutineer.cli.target_options import asked_of, machine_of, question, target_options


@click.command()
@click.argument("words", nargs=-1, metavar="[TARGET] ITEM")
@click.option(
    "--by-module", is_flag=True, help="No ITEM: lines to review because of unsafe, for each module of TARGET."
)
@click.option(
    "--format", "format_", type=click.Choice(["text", "json", "dot"]), default="text", show_default=True
)
@target_options
def command(words: tuple[str, ...], *, by_module: bool, format_: str, **given: Any) -> None:
    """Show what a safety case rests on: the safe code whose change can falsify it.

    ITEM is a site as `scrutineer sites` lists it, a function with sites, a type, or a field (`Node.death_list`).
    A base holds every function inside the privacy boundary of a field that the site reads which can change it.
    """
    from scrutineer.cli.output import remark_empty, write  # noqa: PLC0415 - keeps `--help` fast
    from scrutineer.report.base_text import base_graph, base_text, module_table  # noqa: PLC0415 - the same
    from scrutineer.run.boundary import find_boundary  # noqa: PLC0415 - the same
    from scrutineer.run.watcher import watcher  # noqa: PLC0415 - the same

    target, item = _read(words, by_module=by_module)
    with reported():
        found = find_boundary(question(target, asked_of(given)), item, machine_of(given), watcher())
    if not found.coverage.read:
        remark_empty(target, found.coverage)
        sys.exit(3)
    if item and not found.bases:
        raise Problem(f"{target}: no unsafe site, type or field `{item}`")
    if format_ == "json":
        write(msgspec.json.format(msgspec.json.encode(found), indent=1).decode() + "\n", None)
    elif by_module:
        write(module_table(found.modules), None)
    else:
        write(base_graph(found.bases) if format_ == "dot" else base_text(found.bases), None)


def _read(words: tuple[str, ...], *, by_module: bool) -> tuple[str, str]:
    """Target and item; the item is empty where each module is asked for."""
    if by_module:
        if len(words) > 1:
            raise click.UsageError("--by-module takes one TARGET at most")
        return (words[0] if words else "."), ""
    if not 1 <= len(words) <= 2:
        raise click.UsageError("one TARGET at most, and one ITEM")
    return ("." if len(words) == 1 else words[0]), words[-1]
