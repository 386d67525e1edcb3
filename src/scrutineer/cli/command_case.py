"""Show one safety case: what must hold, what makes it hold, what only a comment says."""

from __future__ import annotations

import sys
from typing import Any

import click
import msgspec

from scrutineer.cli.problems import Problem, reported
from scrutineer.cli.target_options import asked_of, machine_of, question, target_options


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="[TARGET] SITE")
@click.option(
    "--for-agent", is_flag=True, help="One compact Markdown pack, for a reviewer that is a program."
)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
@target_options
def command(words: tuple[str, ...], *, for_agent: bool, format_: str, **given: Any) -> None:
    """Show one safety case: what must hold, what makes it hold, what only a comment says.

    SITE is `item#kind.ordinal` as `scrutineer sites` lists it (the last segments of the item suffice), an item,
    or `path:line`; TARGET is what `scrutineer audit` takes.
    """
    from scrutineer.cli.output import remark_empty, write  # noqa: PLC0415 - keeps `--help` fast
    from scrutineer.report.case_pack import case_pack  # noqa: PLC0415 - the same
    from scrutineer.report.case_page import case_page  # noqa: PLC0415 - the same
    from scrutineer.run.cases import find_cases  # noqa: PLC0415 - the same
    from scrutineer.run.watcher import watcher  # noqa: PLC0415 - the same

    if len(words) > 2:
        raise click.UsageError("one TARGET and one SITE at most")
    target, site = ("." if len(words) == 1 else words[0]), words[-1]
    with reported():
        found = find_cases(question(target, asked_of(given)), site, machine_of(given), watcher())
    if not found.coverage.read:
        remark_empty(target, found.coverage)
        sys.exit(3)
    if not found.dossiers:
        raise Problem(f"{target}: no unsafe site `{site}`; `scrutineer sites` lists them")
    if format_ == "json":
        answer = [dossier.case for dossier in found.dossiers]
        write(msgspec.json.format(msgspec.json.encode(answer), indent=1).decode() + "\n", None)
        return
    page = case_pack if for_agent else case_page
    pages = (page(each.case, each.around.text, each.around.line) for each in found.dossiers)
    write("\n".join(pages), None)
