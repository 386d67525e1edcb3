"""Search a small concurrent model for a schedule that breaks it, or prove that there is none within bounds."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(name="explore")
@click.argument("arguments", nargs=-1, required=True, metavar="MODEL.py | compare FOLDER")
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
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
def command(
    arguments: tuple[str, ...],
    *,
    fix: bool,
    bounds: tuple[str, ...],
    states: int | None,
    granularity: str,
    replay_id: str | None,
    target: str | None,
    shape: str,
    output: Path | None,
) -> None:
    """Search every schedule of MODEL.py, or compare the designs in a FOLDER.

    MODEL.py is run as a Python script: it is your own. Exit status: 1 counterexample, 0 proved within the
    bounds or cut short (the text says which), 2 wrong usage or an error in the model.
    """
    from scrutineer.explore import session  # noqa: PLC0415 - keeps `scrutineer --help` fast
    from scrutineer.explore.model import ModelError  # noqa: PLC0415 - the same

    request = session.Request(
        sizes=_sizes(bounds), fix=fix, states=states, granularity=granularity, replay=replay_id
    )
    try:
        if arguments[0] == "compare" and len(arguments) == 2:
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


def _sizes(bounds: tuple[str, ...]) -> dict[str, int]:
    sizes = {}
    for bound in bounds:
        name, _, value = bound.partition("=")
        if not value.isdecimal():
            raise click.BadParameter(f"`{bound}` is not NAME=NUMBER", param_hint="--bound")
        sizes[name] = int(value)
    return sizes
