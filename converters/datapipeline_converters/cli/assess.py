"""`dp2airflow assess`."""

from __future__ import annotations

from collections.abc import Sequence, Set
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from datapipeline_converters.cli.inputs import asked, conversion_arguments, names_given, warn_of_unread
from datapipeline_converters.cli.progress import bar
from datapipeline_converters.cli.status import COMPLETE, FAILED, WORK_LEFT, fail

if TYPE_CHECKING:
    from datapipeline_converters.assessment.estate import Estate
    from datapipeline_converters.assessment.summary import Summary
    from datapipeline_converters.options import Options
    from datapipeline_converters.sources import Input
    from datapipeline_converters.values_files import Given

_STANDARD_OUTPUT = "-"


@click.command()
@conversion_arguments
@click.option(
    "--json",
    "json_file",
    metavar="FILE",
    help="Write everything as JSON; `-` prints it instead of the tables.",
)
@click.option(
    "--csv",
    "csv_path",
    metavar="FILE|DIR",
    type=click.Path(path_type=Path),
    help="Write the table of pipelines to a FILE that ends in .csv, or every table into a folder.",
)
@click.option(
    "--html",
    "html_file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write one page that needs nothing else, and no network.",
)
def assess(
    files: tuple[Path, ...],
    values_files: tuple[Path, ...],
    settings: tuple[str, ...],
    json_file: str | None,
    csv_path: Path | None,
    html_file: Path | None,
    **chosen: Any,
) -> int:
    """Look at an estate before moving it: how far conversion comes, and what stands in the way.

    It takes files and folders with definitions of every form, and tells of pipelines, objects by type, fields by what
    becomes of them, secrets in plain text (the place, never the value), retired machines and releases, commands that a
    worker cannot run, schedules, data that goes from one pipeline to another, waves to move them in, effort with its
    reasons, and the smallest IAM policy that the converted work needs. No DAG is written.

    Pipelines are judged as if it were settled when they start; where that has to be decided, it says so.

    Exit status: 0, everything converts fully; 1, something is left to you, or one of several inputs cannot be read;
    2, nothing could be read, or a file cannot be written.
    """
    from datapipeline_converters.assessment.estate import estate
    from datapipeline_converters.errors import ConversionError

    try:
        options, inputs, given = asked(files, values_files, settings, chosen)
        names = names_given(given, options)
        found = estate(_summaries(inputs, options, frozenset(names)), options.now)
        _warn(found, given, names)
        _write(found, json_file, csv_path, html_file)
    except ConversionError as error:
        return fail(str(error))
    return _status(found)


def _summaries(inputs: Sequence[Input], options: Options, names: frozenset[str]) -> list[Summary]:
    from datapipeline_converters.assessment.examine import Task, examine
    from datapipeline_converters.parallel import each

    # Only this process has the standard input.
    processes = 1 if any(item.path is None for item in inputs) else None
    tasks = (Task(item, options, names) for item in inputs)
    with (
        bar(len(inputs), "Assessing") as advance,
        closing(each(examine, tasks, advance, processes)) as found,
    ):
        return [one for part in found for one in part]


def _warn(found: Estate, given: Sequence[Given], names: Set[str]) -> None:
    """Tell of values that nothing reads; where something cannot be read, nobody knows.

    :param names: the parameters that are given values
    """
    from datapipeline_converters.assessment.summary import Status

    unread = found.statuses[Status.UNREADABLE]
    unknown = set() if unread else names - {name for one in found.summaries for name in one.known}
    for part in given:
        warn_of_unread(part)
        for name in sorted(part.names & unknown):
            click.echo(f"Warning: {part.place}: no definition has a parameter {name}", err=True)


def _write(found: Estate, json_file: str | None, csv_path: Path | None, html_file: Path | None) -> None:
    import sys

    if json_file is not None:
        text = _json(found)
        if json_file == _STANDARD_OUTPUT:
            click.echo(text)
        else:
            _write_files(Path(json_file).parent, {Path(json_file).name: text + "\n"})
    if csv_path is not None:
        _write_csv(found, csv_path)
    if html_file is not None:
        from datapipeline_converters.assessment.page import page

        _write_files(html_file.parent, {html_file.name: page(found)})
    if json_file != _STANDARD_OUTPUT:
        from datapipeline_converters.assessment.terminal import show

        show(found, sys.stdout)


def _json(found: Estate) -> str:
    import json

    from datapipeline_converters.assessment.json_report import report

    return _encodable(json.dumps(report(found), indent=2, ensure_ascii=False))


def _write_csv(found: Estate, path: Path) -> None:
    from datapipeline_converters.assessment.csv_report import csv_text
    from datapipeline_converters.assessment.tables import tables

    if path.suffix.lower() == ".csv" and not path.is_dir():
        _write_files(path.parent, {path.name: csv_text(next(iter(tables(found))))})
    else:
        _write_files(path, {f"{table.name}.csv": csv_text(table) for table in tables(found)})


def _write_files(folder: Path, texts: dict[str, str]) -> None:
    """Write files, all of them or none."""
    from datapipeline_converters.conversion import File
    from datapipeline_converters.output import write_files

    write_files(folder, {name: File(_encodable(text)) for name, text in texts.items()})


def _encodable(text: str) -> str:
    """Return a text whose characters a file can hold: half a surrogate pair is written by its number."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _status(found: Estate) -> int:
    from datapipeline_converters.assessment.summary import Status

    if not found.pipelines:
        return FAILED
    statuses = {one.status for one in found.summaries} - {Status.READY, Status.OTHER}
    return WORK_LEFT if statuses else COMPLETE
