"""The command `niteru`. Facts with `--json` are one JSON document on stdout; logs go to stderr."""

import importlib
import sys

import click
from sqlalchemy.exc import OperationalError

from backend.config import ConfigError
from backend.errors import DomainError

# Where each command is: a command imports what it needs when it runs, so that a worker starts with its own parts only.
COMMANDS = {
    "up": "backend.cli.operate",
    "demo": "backend.cli.demo",
    "doctor": "backend.cli.operate",
    "migrate": "backend.cli.operate",
    "tenants": "backend.cli.shops",
    "users": "backend.cli.shops",
    "crawl": "backend.cli.catalog",
    "status": "backend.cli.catalog",
    "products": "backend.cli.catalog",
    "reindex": "backend.cli.galleries",
    "gallery": "backend.cli.galleries",
    "export": "backend.cli.shop_data",
    "delete": "backend.cli.shop_data",
    "search": "backend.cli.search",
    "evaluate": "backend.training.commands",
    "train": "backend.training.commands",
    "bench": "backend.cli.bench",
    "worker": "backend.cli.operate",
    "scheduler": "backend.cli.operate",
    "egress": "backend.cli.operate",
    "demo-shop": "backend.cli.demo",
    "demo-guide": "backend.cli.demo",
}


class _Commands(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the library's form
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002
        if name not in COMMANDS:
            return None
        command: click.Command = getattr(importlib.import_module(COMMANDS[name]), name.replace("-", "_"))
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="niteru")
def commands() -> None:
    """Niteru: visual search for fashion shops."""


def main() -> None:
    """Run the command line; an error that is an answer is one sentence and exit status 1."""
    try:
        status = commands(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (ConfigError, DomainError) as error:
        click.echo(f"niteru: {error}", err=True)
        sys.exit(1)
    except OperationalError:
        click.echo("niteru: the database does not answer. Is `niteru up` running?", err=True)
        sys.exit(1)
    sys.exit(status if isinstance(status, int) else 0)
