"""Search a small concurrent model for a schedule that breaks it, or prove that there is none within bounds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scrutineer.cli.problems import Problem, reported
from scrutineer.cli.target_options import asked_of, machine_of, question, target_options

if TYPE_CHECKING:
    from scrutineer.explore.session import Answer


@click.command(name="explore")
@click.argument("arguments", nargs=-1, metavar="MODEL.py | compare FOLDER | TARGET")
@click.option("--finding", metavar="ID", help="Explore the model of this finding in TARGET.")
@click.option(
    "--pair", nargs=2, metavar="ITEM ITEM", help="Explore two functions of TARGET over one container."
)
@click.option("--fix", is_flag=True, help="Explore the repaired variant, `fixed`, instead of `model`.")
@click.option("--bound", "bounds", multiple=True, metavar="NAME=N", help="A size of the model: `items=8`.")
@click.option("--states", type=click.IntRange(1), help="Stop after this many states (default 1,000,000).")
@click.option(
    "--granularity",
    type=click.Choice(["synchronisation", "access"]),
    default="synchronisation",
    show_default=True,
    help="Where threads are switched. `access` is slower and finds the same.",
)
@click.option("--replay", "replay_id", metavar="ID", help="Run the one schedule that a counterexample named.")
@click.option(
    "--export", "target", type=click.Choice(["promela", "svg", "shiviz"]), help="Write another format."
)
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text", show_default=True)
@target_options
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
def command(
    arguments: tuple[str, ...],
    *,
    finding: str | None,
    pair: tuple[str, str] | None,
    fix: bool,
    bounds: tuple[str, ...],
    states: int | None,
    granularity: str,
    replay_id: str | None,
    target: str | None,
    shape: str,
    output: Path | None,
    **given: Any,
) -> None:
    """Search every schedule of MODEL.py, or compare the designs in a FOLDER.

    MODEL.py is run as a Python script: it is your own. With --finding or --pair the model is taken from the source of
    TARGET (default: this folder), which is never run. Exit status: 1 counterexample, 0 proved within the
    bounds or cut short (the text says which), 2 wrong usage or an error in the model.
    """
    from scrutineer.explore import session  # noqa: PLC0415 - keeps `scrutineer --help` fast
    from scrutineer.explore.model import ModelError  # noqa: PLC0415 - the same

    request = session.Request(
        sizes=_sizes(bounds), fix=fix, states=states, granularity=granularity, replay=replay_id
    )
    try:
        if finding or pair:
            answer = _of_target(arguments, finding, pair, target or shape, given)
        elif not arguments:
            raise click.UsageError("give one MODEL.py, or `compare` and a folder")
        elif arguments[0] == "compare" and len(arguments) == 2:
            answer = session.compare(Path(arguments[1]), request, shape)
        elif len(arguments) == 1:
            answer = session.explore_file(Path(arguments[0]), request, target or shape)
        else:
            raise click.UsageError("give one MODEL.py, or `compare` and a folder")
    except (ModelError, OSError) as error:
        click.echo(f"error: {error}", err=True)
        raise SystemExit(2) from error
    if output:
        output.write_text(answer.text, encoding="utf-8")
    else:
        click.echo(answer.text, nl=False)
    raise SystemExit(int(answer.counterexample))


def _of_target(
    arguments: tuple[str, ...],
    finding: str | None,
    pair: tuple[str, str] | None,
    shape: str,
    given: dict[str, Any],
) -> Answer:
    """Models that are taken from source."""
    from scrutineer.explore import session  # noqa: PLC0415 - keeps `scrutineer --help` fast
    from scrutineer.run import exploring  # noqa: PLC0415 - the same
    from scrutineer.run.watcher import watcher  # noqa: PLC0415 - the same

    if len(arguments) > 1 or (finding and pair):
        raise click.UsageError("give --finding or --pair, and one TARGET at most")
    with reported():
        asked, machine = question(arguments[0] if arguments else ".", asked_of(given)), machine_of(given)
        try:
            found = (
                exploring.explore_pair(asked, pair, machine, watcher())
                if pair
                else (exploring.explore_finding(asked, finding or "", machine, watcher()),)
            )
        except exploring.NothingToExploreError as error:
            raise Problem(str(error)) from None
    answers = [session.explored_answer(each.model, each.verdict, each.assumption, shape) for each in found]
    return session.joined(answers, shape)


def _sizes(bounds: tuple[str, ...]) -> dict[str, int]:
    sizes = {}
    for bound in bounds:
        name, _, value = bound.partition("=")
        if not value.isdecimal():
            raise click.BadParameter(f"`{bound}` is not NAME=NUMBER", param_hint="--bound")
        sizes[name] = int(value)
    return sizes
