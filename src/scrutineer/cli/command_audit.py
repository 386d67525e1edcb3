"""Audit crates, archives, git revisions and Linux trees, and report what nothing makes safe."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import click

from scrutineer.cli.problems import reported
from scrutineer.cli.target_options import asked_of, machine_of, question, target_options
from scrutineer.report.formats import format_names
from scrutineer.rules.audience import Persona
from scrutineer.run.configuration import Configuration
from scrutineer.run.options import FailOn, Machine, Question


@click.command()
@click.argument("targets", metavar="[TARGET]...", nargs=-1)
@click.option("--format", "format_", type=click.Choice(format_names()), default="text", show_default=True)
@click.option(
    "--output",
    "-o",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the report there.",
)
@click.option(
    "--select", metavar="NAMES", multiple=True, help="Only these rules or classes (comma-separated)."
)
@click.option("--ignore", metavar="NAMES", multiple=True, help="Not these rules or classes.")
@click.option(
    "--persona",
    type=click.Choice(get_args(Persona)),
    help="An auditor is shown notes too  [default: regular].",
)
@click.option(
    "--fail-on",
    type=click.Choice(get_args(FailOn)),
    help="Lowest level that gives exit status 1  [default: warning].",
)
@click.option("--cases", is_flag=True, help="Put the safety case of each unsafe site into the JSON report.")
@click.option("--baseline", metavar="FILE", default="", help="Do not show the findings in this file.")
@click.option(
    "--write-baseline", metavar="FILE", help="Write the findings shown to this file, and exit with 0."
)
@target_options
def command(targets: tuple[str, ...], **given: Any) -> None:
    """Audit crates, archives, git revisions and Linux trees, and report what nothing makes safe.

    A TARGET is a file, a folder, a Cargo workspace, a Linux tree, an archive (.crate, .tar.gz, .tar.xz,
    .tar.zst, .zip) or a published crate (name or name@version, fetched by cargo); without one, this folder.
    Nothing of it is built or run. Of several targets, paths have the target's name in front.

    \b
    Exit status: 0 nothing to report, 1 findings at or above --fail-on,
    2 usage or configuration error, 3 nothing to audit.
    """  # noqa: D301 - click reads the backspace: it keeps the lines below as they are
    presentation = Configuration(
        persona=given["persona"], fail_on=given["fail_on"], baseline=given["baseline"]
    )
    asked = asked_of(given, presentation)
    with reported():
        questions = [question(word, asked) for word in targets or (".",)]
        status = _run(
            questions, machine_of(given), given["format_"], given["output"], given["write_baseline"]
        )
    sys.exit(status)


def _run(
    questions: Sequence[Question], speed: Machine, format_: str, output: Path | None, new_baseline: str | None
) -> int:
    """Audit, write, and say the exit status."""
    from scrutineer.cli.output import remark, rendering, write  # noqa: PLC0415 - keeps `--help` fast
    from scrutineer.report.formats import render  # noqa: PLC0415 - the same
    from scrutineer.run.audit import audited  # noqa: PLC0415 - the same
    from scrutineer.run.baseline import write_baseline  # noqa: PLC0415 - the same
    from scrutineer.run.merge import merged  # noqa: PLC0415 - the same
    from scrutineer.run.verdict import judge, status  # noqa: PLC0415 - the same
    from scrutineer.run.watcher import watcher  # noqa: PLC0415 - the same

    with audited(questions, speed, watcher()) as answers:
        verdicts = [judge(answer) for answer in answers]
        report, read = merged(verdicts)
        remark(verdicts)
        if new_baseline and status(verdicts) < 2:
            count = write_baseline(new_baseline, report.findings)
            click.echo(f"{new_baseline}: {count} findings are known from now on", err=True)
            return 0
        hidden = sum(verdict.hidden for verdict in verdicts)
        write(render(format_, report, rendering(read, output, hidden)), output)
    return status(verdicts)
