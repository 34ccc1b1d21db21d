"""The command `dp2airflow`: arguments, progress and exit status; how anything is done is elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from datapipeline_converters.cli.assess import assess
from datapipeline_converters.cli.convert import convert
from datapipeline_converters.cli.forecast import forecast
from datapipeline_converters.cli.pull import pull
from datapipeline_converters.cli.status import COMPLETE, FAILED, INTERRUPTED
from datapipeline_converters.cli.translate import translate
from datapipeline_converters.cli.validate import validate
from datapipeline_converters.cli.verify import verify


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="airflow-provider-datapipeline")
def cli() -> None:
    """Move AWS Data Pipeline workloads to Apache Airflow."""


for command in (assess, convert, forecast, pull, translate, validate, verify):
    cli.add_command(command)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status.

    :param argv: the arguments without the command's name; those of the process if None
    """
    try:
        status = cli.main(
            args=None if argv is None else list(argv), prog_name="dp2airflow", standalone_mode=False
        )
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help() if error.ctx else "")
        return FAILED
    except click.ClickException as error:
        error.show()
        return FAILED
    except click.Abort:
        click.echo("Interrupted; nothing more is written.", err=True)
        return INTERRUPTED
    return status if isinstance(status, int) else COMPLETE


def run() -> None:
    """Run the command as a program."""
    sys.exit(main())
