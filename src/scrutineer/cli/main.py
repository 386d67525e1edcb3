"""The `scrutineer` command: finds its subcommands by module name, imports one only when it is asked for."""

from __future__ import annotations

import gc
import importlib
import importlib.util
import os
import pkgutil
import sys

import click

from scrutineer import cli


class _Commands(click.Group):
    """A group whose commands are the modules `command_*.py` beside this file: no list to keep by hand."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        names = (module.name for module in pkgutil.iter_modules(cli.__path__))
        return sorted(
            name.removeprefix("command_").replace("_", "-") for name in names if name.startswith("command_")
        )

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"scrutineer.cli.command_{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List commands by the first line of their module, read without importing any of them."""
        del ctx
        rows = [(name, _first_line(name)) for name in self.list_commands(click.Context(self))]
        if not rows:
            return
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _first_line(name: str) -> str:
    spec = importlib.util.find_spec(f"scrutineer.cli.command_{name.replace('-', '_')}")
    if spec is None or spec.origin is None:
        return ""
    with open(spec.origin, encoding="utf-8") as source:  # noqa: PTH123 - pathlib costs 8 ms of --help
        return source.readline().strip().strip('"').rstrip(".")


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="scrutineer")
def command() -> None:
    """Audit the unsafe boundary of systems code."""


def main() -> None:
    """Run the command line and leave with its exit status; 70 if Scrutineer itself fails, which is no finding.

    The process ends without tidying up: letting go of each record of a large audit one by one takes a twentieth of it.
    Garbage is collected only where a run asks for it: looking through the records of a large audit takes as long.
    """
    gc.disable()
    status: object = 0
    try:
        command(prog_name="scrutineer")
    except SystemExit as ended:
        status = ended.code
    except Exception:  # noqa: BLE001 - the interpreter's own status for it would be 1
        import traceback  # noqa: PLC0415 - 10 ms of --help

        traceback.print_exc()
        sys.stderr.write("scrutineer: internal error; please report it with what stands above\n")
        status = 70
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        status = status or 1  # nobody reads on
    os._exit(status if isinstance(status, int) else int(status is not None))
