"""`dp2airflow pull`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from datapipeline_converters.cli.status import COMPLETE, FAILED, WORK_LEFT, fail

if TYPE_CHECKING:
    from datapipeline_converters.account.files import Folder
    from datapipeline_converters.account.pulling import Outcome


@click.command()
@click.option(
    "--pipeline-id", "ids", multiple=True, metavar="ID", help="One pipeline; repeat it for several."
)
@click.option("--all", "everything", is_flag=True, help="All pipelines in the region.")
@click.option("--region", metavar="REGION", help="AWS region. [default: the profile's or the environment's]")
@click.option("--profile", metavar="NAME", help="Profile of the AWS configuration.")
@click.option("--endpoint-url", metavar="URL", help="Another address than AWS's own.")
@click.option(
    "--version",
    type=click.Choice(("active", "latest")),
    default="active",
    show_default=True,
    help="The definition that was activated last, or the one that was saved last.",
)
@click.option("--refresh", is_flag=True, help="Pull again what is in the folder already.")
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to write into; made if missing.",
)
def pull(
    ids: tuple[str, ...],
    region: str | None,
    profile: str | None,
    endpoint_url: str | None,
    version: str,
    output: Path,
    *,
    everything: bool,
    refresh: bool,
) -> int:
    """Pull pipelines from an AWS account.

    It writes a file NAME.json for each pipeline, which the other commands read: the definition with the pipeline's
    name, description and tags, its first activation, and up to where each object has finished. Nothing in the account is
    changed. Definitions may hold passwords: the files are readable by their owner only.

    A pull that was interrupted continues where it stopped when it is run again.

    Permissions: datapipeline:ListPipelines (for --all), DescribePipelines, GetPipelineDefinition, QueryObjects and
    DescribeObjects.

    Exit status: 0; 1, what some pipelines have run could not be read; 2, a pipeline could not be pulled.
    """
    from datapipeline_converters.account.connection import connect
    from datapipeline_converters.account.files import Folder
    from datapipeline_converters.account.listing import list_pipelines
    from datapipeline_converters.account.pulling import THREADS, Outcome
    from datapipeline_converters.account.pulling import pull as pull_into
    from datapipeline_converters.batch import internal_fault
    from datapipeline_converters.cli.progress import bar
    from datapipeline_converters.errors import ConversionError

    if bool(ids) == everything:
        return fail("say which pipelines: --pipeline-id ID, once for each, or --all.")
    try:
        folder = Folder(output)
    except ConversionError as error:
        return fail(str(error))
    outcome, status = Outcome(), COMPLETE
    try:
        api = connect(region, profile, endpoint_url, THREADS)
        chosen = list_pipelines(api) if everything else list(dict.fromkeys(ids))
        with bar(len(chosen), "Pulling") as advance:
            pull_into(api, chosen, folder, outcome, version=version, refresh=refresh, advance=advance)
    except ConversionError as error:
        status = fail(str(error))
    except Exception as error:  # noqa: BLE001 - what it says may hold a secret of a definition
        status = fail(internal_fault("", error))
    finally:
        _tell(outcome, folder)
    if outcome.failed:
        return FAILED
    return max(status, WORK_LEFT if outcome.partial else COMPLETE)


def _tell(outcome: Outcome, folder: Folder) -> None:
    from datapipeline_converters.wording import counted

    for file, note in outcome.notes:
        click.echo(f"Warning: {file}: {note}", err=True)
    for reason, ids in outcome.failed.items():
        click.echo(f"Error: {', '.join(ids)}: {reason}", err=True)
    parts = (
        [f"{counted(len(outcome.pulled), 'pipeline')} pulled into {folder.path}"] if outcome.pulled else []
    )
    if outcome.before:
        parts.append(f"{outcome.before} there before (--refresh pulls them again)")
    if outcome.failed:
        parts.append(f"{sum(map(len, outcome.failed.values()))} failed")
    if parts:
        click.echo("; ".join(parts))
    if outcome.pulled:
        click.echo("Definitions may hold passwords: the files are readable by you only (mode 0600).")
