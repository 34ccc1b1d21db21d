"""`dp2airflow translate`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from datapipeline_converters.cli.inputs import FILES, NAME, SETTINGS, VALUES, for_each
from datapipeline_converters.cli.status import COMPLETE, WORK_LEFT

if TYPE_CHECKING:
    from datapipeline_converters.writers.translation import Translation


@click.command()
@FILES
@click.option(
    "--to",
    "form",
    required=True,
    type=click.Choice(("cli", "api", "cloudformation")),
    help="cli: the file that `aws datapipeline` and the console take; api: what boto3 takes; cloudformation: a template.",
)
@click.option(
    "-o",
    "--output",
    metavar="DIR|FILE",
    type=click.Path(path_type=Path),
    help="File for one definition; folder for several, made if missing. [default: standard output, for one]",
)
@VALUES
@SETTINGS
@NAME
@click.option(
    "--allow-invalid",
    is_flag=True,
    help="Translate what Data Pipeline would refuse, as far as it can be read.",
)
def translate(
    files: tuple[Path, ...],
    form: str,
    output: Path | None,
    values_files: tuple[Path, ...],
    settings: tuple[str, ...],
    name: str | None,
    *,
    allow_invalid: bool,
) -> int:
    """Translate pipeline definitions from any form to another, all in JSON.

    Values are written as they are, secrets among them: files are readable by their owner only. A template does not
    activate its pipeline.

    Exit status: 0; 1, something that Data Pipeline would refuse was translated with --allow-invalid; 2, a file could
    not be translated, and nothing is written for it.
    """
    from functools import partial

    from datapipeline_converters.writers.translation import translate as translate_one

    found: list[Translation] = []

    def collect(translation: Translation) -> int:
        found.append(translation)
        return COMPLETE if translation.valid else WORK_LEFT

    def write_all(_: Counter[int]) -> int:
        _write(found, output, files)
        return COMPLETE

    return for_each(
        files,
        values_files,
        settings,
        {"name": name, "allow_invalid": allow_invalid},
        partial(translate_one, form=form, name=name),
        collect,
        write_all,
        "Translating",
    )


def _write(found: list[Translation], output: Path | None, files: tuple[Path, ...]) -> None:
    """Write all translations.

    :param files: what was to be read
    :raises UsageError: where that would lose something
    :raises UnwritableError: when a file cannot be written
    """
    from datapipeline_converters.conversion import File
    from datapipeline_converters.errors import UsageError
    from datapipeline_converters.output import write_files

    if len(found) > 1 and (output is None or output.is_file()):
        raise UsageError(f"{len(found)} definitions: name a folder for them with -o DIR.")
    originals = {path.resolve() for path in (*files, *(one.place for one in found)) if path is not None}
    several = len(found) > 1 or len(files) > 1 or files[0].is_dir()
    to_folder = output is not None and (output.is_dir() or (several and not output.is_file()))
    for one in found:
        for warning in one.warnings:
            click.echo(f"Warning: {one.source}: {warning}", err=True)
        if output is None:
            click.echo(one.text, nl=False)
            continue
        target = output / f"{one.name}.json" if to_folder else output
        if target.resolve() in originals:
            raise UsageError(f"{target} is what was read: name another file or folder with -o.")
        write_files(target.parent, {target.name: File(one.text, secret=True)})
        click.echo(f"{one.name}: {target}")
