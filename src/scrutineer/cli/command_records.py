"""CVE and RustSec records: tables, rates with their uncertainty, and what they cannot decide."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec

import click

if TYPE_CHECKING:
    from scrutineer.records.answer import Answer
    from scrutineer.records.store import Store

P = ParamSpec("P")

_PATH = click.Path(path_type=Path)
_from = click.option(
    "--from", "folder", metavar="DIR", type=_PATH, required=True, help="The folder that `ingest` filled."
)
_format = click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print it.",
)


def _usage_errors(run: Callable[P, None]) -> Callable[P, None]:
    """Turn RecordsError into its message on standard error and exit status 2."""

    @wraps(run)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        from scrutineer.records.errors import RecordsError  # noqa: PLC0415 - commands import what they need when run

        try:
            run(*args, **kwargs)
        except RecordsError as error:
            click.echo(f"scrutineer: {error}", err=True)
            sys.exit(2)

    return guarded


@click.group()
def command() -> None:
    """CVE and RustSec records: tables, rates with their uncertainty, and what they cannot decide."""


@command.command()
@click.argument("source", type=_PATH)
@click.option(
    "--published",
    metavar="CSV",
    type=_PATH,
    help="When each number was first published: `cve,first_published_utc,state`.",
)
@click.option(
    "--sizes",
    metavar="JSONL",
    type=_PATH,
    help="Code size by release and folder, as JSON lines (may be .zst).",
)
@click.option(
    "--tree",
    "trees",
    metavar="RELEASE=DIR",
    multiple=True,
    help="Count the code of a release in its source tree; repeatable.",
)
@click.option("--into", metavar="DIR", type=_PATH, required=True, help="The folder to write the tables into.")
@_format
@_usage_errors
def ingest(
    source: Path,
    *,
    published: Path | None,
    sizes: Path | None,
    trees: tuple[str, ...],
    into: Path,
    format_: str,
) -> None:
    """Read SOURCE - a vulns checkout, a folder of CVE JSON 5, or an archive of one - into tables."""
    from scrutineer.records import ingest as reading  # noqa: PLC0415 - commands import what they need when run
    from scrutineer.records.store import Store, write_tables  # noqa: PLC0415 - the same
    from scrutineer.records.summary import ingested  # noqa: PLC0415 - the same

    request = reading.Request(
        source, published, sizes, tuple(_tree(text) for text in trees), os.cpu_count() or 1
    )
    write_tables(reading.ingest(request), into)
    _show(ingested(Store(into)), format_)


def _tree(text: str) -> tuple[str, Path]:
    release, found, folder = text.partition("=")
    if not found or not release or not Path(folder).is_dir():
        raise click.BadParameter(f"`{text}` is not RELEASE=DIR with an existing folder", param_hint="--tree")
    return release, Path(folder)


@command.command()
@_from
@_format
@_usage_errors
def summary(folder: Path, format_: str) -> None:
    """What was ingested, and what it can decide."""
    from scrutineer.records.summary import summarise  # noqa: PLC0415 - commands import what they need when run

    _show(summarise(_open(folder)), format_)


@command.command(name="question")
@click.argument("name")
@_from
@_format
@_usage_errors
def ask(name: str, folder: Path, format_: str) -> None:
    """Answer question NAME; an unknown name lists those that exist."""
    from scrutineer.records.questions import question  # noqa: PLC0415 - commands import what they need when run

    _show(question(name).answer(_open(folder)), format_)


@command.command()
@click.argument("day", metavar="DATE")
@_from
@_format
@_usage_errors
def batch(day: str, folder: Path, format_: str) -> None:
    """Of the CVEs first published on DATE (UTC), how many per language, then and today."""
    from scrutineer.records.batch import batch as answer  # noqa: PLC0415 - commands import what they need when run

    _show(answer(_open(folder), day), format_)


@command.command()
@click.argument("name")
@_from
@click.option("--day", metavar="DATE", help="The day that `plot batch` draws.")
@click.option("--output", metavar="FILE", type=_PATH, help="An .svg or .png; NAME.svg unless given.")
@_format
@_usage_errors
def plot(name: str, *, folder: Path, day: str | None, output: Path | None, format_: str) -> None:
    """Draw question NAME (or `summary`, or `batch`); with --format json print the Vega-Lite specification too."""
    import json  # noqa: PLC0415 - commands import what they need when run

    from scrutineer.records.charts.render import write_chart  # noqa: PLC0415 - the same
    from scrutineer.records.plot import plot as chart_of  # noqa: PLC0415 - the same

    spec = chart_of(_answer(name, _open(folder), day))
    path = output or Path(f"{name}.svg")
    write_chart(spec, path)
    click.echo(
        json.dumps({"schema": 1, "written": str(path), "chart": spec})
        if format_ == "json"
        else f"wrote {path}"
    )


@command.command()
@click.argument("source", type=_PATH)
@click.option(
    "--crates", metavar="DIR", type=_PATH, help="A folder of crates, each unpacked as NAME-VERSION."
)
@_format
@_usage_errors
def rustsec(source: Path, crates: Path | None, format_: str) -> None:
    """Read SOURCE - a checkout, folder or archive of RustSec's advisories - and report classes over time."""
    from scrutineer.records.errors import RecordsError  # noqa: PLC0415 - commands import what they need when run
    from scrutineer.records.rustsec.advisory import read_advisories  # noqa: PLC0415 - the same
    from scrutineer.records.rustsec.report import rustsec as report  # noqa: PLC0415 - the same

    if crates is not None and not crates.is_dir():
        raise RecordsError(f"{crates}: no such folder")
    advisories = read_advisories(source)
    if not advisories.read:
        raise RecordsError(
            f"{source}: holds no advisory that can be read ({len(advisories.malformed)} malformed)"
        )
    _show(report(advisories, crates), format_)


def _answer(name: str, store: Store, day: str | None) -> Answer:
    from scrutineer.records.batch import batch as batch_of  # noqa: PLC0415 - commands import what they need when run
    from scrutineer.records.questions import question  # noqa: PLC0415 - the same

    if name == "batch":
        if day is None:
            raise click.UsageError("`plot batch` needs --day DATE")
        return batch_of(store, day)
    return question("headline" if name == "summary" else name).answer(store)


def _open(folder: Path) -> Store:
    from scrutineer.records.store import Store  # noqa: PLC0415 - commands import what they need when run

    return Store(folder)


def _show(answer: Answer, format_: str) -> None:
    from scrutineer.records.text import as_json, as_text  # noqa: PLC0415 - commands import what they need when run

    click.echo(as_json(answer) if format_ == "json" else as_text(answer), nl=False)
