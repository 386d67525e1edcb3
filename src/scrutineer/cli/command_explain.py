"""Show a rule's page: what it reports, why, and what to write instead."""

from __future__ import annotations

import os
import sys

import click

from scrutineer.report.rendering import wants_color
from scrutineer.rules.audience import UnknownRuleError
from scrutineer.rules.page import for_readers, read_page
from scrutineer.rules.rule import Rule
from scrutineer.rules.selection import find_rule


@click.command()
@click.argument("rule")
def command(rule: str) -> None:
    """Show the page of RULE: what it reports, why, and what to write instead."""
    try:
        text = _page(find_rule(rule))
    except UnknownRuleError as error:
        raise click.UsageError(str(error)) from error
    if wants_color(sys.stdout, os.environ):
        _show(text)
    else:
        click.echo(text)


def _page(rule: Rule) -> str:
    page = read_page(rule)
    about = (
        f"*{', '.join(rule.classes)}* · usually *{rule.level}*, confidence *{rule.confidence}* · "
        f"since {rule.since}"
    )
    return f"# {page.title}\n\n{about}\n\n{for_readers(page.text)}"


def _show(text: str) -> None:
    from rich.console import Console  # noqa: PLC0415 - rich costs start-up time that plain output need not pay
    from rich.markdown import Markdown  # noqa: PLC0415 - the same

    Console().print(Markdown(text))
