"""The command `niteru`. Facts with `--json` are one JSON document on stdout; logs go to stderr."""

import sys

import click
from sqlalchemy.exc import OperationalError

from backend.config import ConfigError
from backend.errors import DomainError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="niteru")
def commands() -> None:
    """Niteru: visual search for fashion shops."""


def main() -> None:
    """Run the command line; an error that is an answer is one sentence and exit status 1."""
    from backend.cli import catalog, operate, search, shops

    for module in (operate, shops, catalog, search):
        module.register(commands)
    try:
        commands(standalone_mode=False)
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
