"""List the rules with their classes and levels."""

from __future__ import annotations

import click
import msgspec

from scrutineer.rules.rule import Rule, all_rules


@click.command()
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(format_: str) -> None:
    """List the rules with their classes and levels.

    The level is the usual one; a page (`scrutineer explain RULE`) says when it differs.
    """
    rules = all_rules()
    if format_ == "json":
        records = [_record(rule) for rule in rules]
        click.echo(msgspec.json.format(msgspec.json.encode(records), indent=1))
        return
    width = max(len(rule.id) for rule in rules)
    classes = max(len(", ".join(rule.classes)) for rule in rules)
    for rule in rules:
        click.echo(
            f"{rule.id:<{width}}  {', '.join(rule.classes):<{classes}}  {rule.level:<7}  {rule.summary}"
        )


def _record(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.id,
        "summary": rule.summary,
        "classes": rule.classes,
        "level": rule.level,
        "confidence": rule.confidence,
        "since": rule.since,
    }
