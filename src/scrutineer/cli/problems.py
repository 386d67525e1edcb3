"""Errors that the user can do something about: one line on standard error, exit status 2."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from scrutineer.rules.audience import UnknownRuleError
from scrutineer.run.configuration import ConfigurationError
from scrutineer.source.errors import TargetError
from scrutineer.syntax.build import UnknownBuildError


class Problem(click.ClickException):
    """Something that the user asked for cannot be done."""

    exit_code = 2


@contextmanager
def reported() -> Iterator[None]:
    """Turn errors of the rooms below into messages, and an interrupt into the status that shells expect."""
    try:
        yield
    except (TargetError, ConfigurationError, UnknownRuleError, UnknownBuildError) as error:
        raise Problem(str(error)) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
