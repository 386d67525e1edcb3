"""Options that every command about targets takes, and what they come to with the configuration."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args

import click
import msgspec

from scrutineer.model.target import Edition, Panic
from scrutineer.run.configuration import Configuration, configuration_for, load
from scrutineer.run.options import Machine, Options, Presentation, Question, default_cache, usable_processors
from scrutineer.source.survey import Settings

Command = TypeVar("Command", bound=Callable[..., object])


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line says; None and empty leave it to the configuration."""

    revision: str = ""
    edition: Edition | None = None
    panic: Panic | None = None
    cfg: tuple[str, ...] = ()
    target: str = ""
    exclude: tuple[str, ...] = ()
    config: Path | None = None
    no_config: bool = False
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    cases: bool = False
    presentation: Configuration = Configuration()


def target_options(command: Command) -> Command:
    """Add the options to a click command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


_OPTIONS = (
    click.option("--rev", metavar="REV", default="", help="Read this git revision, without checking it out."),
    click.option("--edition", type=click.Choice(get_args(Edition)), help="Edition of files without a manifest  [default: 2021]."),
    click.option("--panic", type=click.Choice(get_args(Panic)), help="What a panic does, against what manifests say."),
    click.option("--cfg", metavar="CONDITION", multiple=True, help='Narrow to a build where it holds: NAME, KEY="VALUE", not(NAME)  [default: all variants].'),
    click.option("--target", "target_", metavar="TRIPLE", default="", help="Narrow to what is compiled for this target  [default: all variants]."),
    click.option("--exclude", metavar="GLOB", multiple=True, help="Leave these files or folders of the target out."),
    click.option("--config", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Configuration to use  [default: the target's scrutineer.toml]."),
    click.option("--no-config", is_flag=True, help="Use no configuration file."),
    click.option("--jobs", "-j", type=click.IntRange(min=1), help="Number of processes  [default: processors]."),
    click.option("--cache-dir", metavar="DIR", type=click.Path(file_okay=False), help="Folder of the cache  [default: ~/.cache/scrutineer]."),
    click.option("--no-cache", is_flag=True, help="Neither read nor write a cache."),
)  # fmt: skip


def machine_of(given: Mapping[str, Any]) -> Machine:
    """How fast it may go."""
    cache = "" if given["no_cache"] else given["cache_dir"] or default_cache()
    return Machine(cache=cache, processes=given["jobs"] or usable_processors())


def asked_of(given: Mapping[str, Any], presentation: Configuration = Configuration()) -> Asked:  # noqa: B008 - frozen
    """What the options say; `select` and `ignore` are there only in commands that run rules."""
    return Asked(
        revision=given["rev"],
        edition=given["edition"],
        panic=given["panic"],
        cfg=given["cfg"],
        target=given["target_"],
        exclude=given["exclude"],
        config=given["config"],
        no_config=given["no_config"],
        select=_names(given.get("select", ())),
        ignore=_names(given.get("ignore", ())),
        cases=bool(given.get("cases", False)),
        presentation=presentation,
    )


def _names(given: Iterable[str]) -> tuple[str, ...]:
    """Names of options that may be repeated or hold several, separated by commas."""
    return tuple(name.strip() for words in given for name in words.split(",") if name.strip())


def question(word: str, asked: Asked) -> Question:
    """One target with what command line and configuration say together. Raises ConfigurationError."""
    found = _configuration(word, asked)
    shown = asked.presentation
    return Question(
        word=word,
        options=Options(
            settings=Settings(asked.edition or found.edition or "2021", asked.panic or found.panic),
            select=asked.select or found.select,
            ignore=(*found.ignore, *asked.ignore),
            cfg=asked.cfg or found.cfg,
            target=asked.target or found.target,
            exclude=(*found.exclude, *asked.exclude),
            cases=asked.cases,
        ),
        presentation=Presentation(
            persona=shown.persona or found.persona or "regular",
            fail_on=shown.fail_on or found.fail_on or "warning",
            baseline=shown.baseline or found.baseline,
        ),
        revision=asked.revision,
    )


def _configuration(word: str, asked: Asked) -> Configuration:
    if asked.no_config:
        return Configuration()
    return load(asked.config) if asked.config else configuration_for(word)
