"""`dp2airflow validate`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from datapipeline_converters.cli.inputs import conversion_arguments, for_each
from datapipeline_converters.cli.status import COMPLETE, DIFFERENT

if TYPE_CHECKING:
    from datapipeline_converters.batch import Worked
    from datapipeline_converters.definition import Definition
    from datapipeline_converters.options import Options
    from datapipeline_converters.validation.report import Examined


@click.command()
@conversion_arguments
@click.option("--json", "form", flag_value="json", help="Give all findings as JSON.")
@click.option("--sarif", "form", flag_value="sarif", help="Give all findings as SARIF 2.1.0.")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write the findings to. [default: standard output]",
)
@click.option("--strict", is_flag=True, help="Warnings count as errors for the exit status.")
def validate(
    files: tuple[Path, ...],
    values_files: tuple[Path, ...],
    settings: tuple[str, ...],
    form: str | None,
    output: Path | None,
    strict: bool,
    **chosen: Any,
) -> int:
    """Check definitions as AWS would: every object, everything at once.

    Errors are what AWS Data Pipeline refuses; warnings are what it warns of, and what has no effect or probably another
    effect than was meant. Each finding names the object, the field and the rule (docs/rules.md). Nothing is converted.
    Expressions are judged by what they come to, where the values of parameters say so.

    Exit status: 0, no errors; 1, there are errors (with --strict, or warnings); 2, a file could not be read.
    """
    examined: list[Examined] = []

    def collect(one: Examined) -> int:
        from datapipeline_converters.validation import Level

        examined.append(one)
        found = one.count(Level.ERROR) or (strict and one.count(Level.WARNING))
        return DIFFERENT if found else COMPLETE

    def finish(_: Counter[int]) -> int:
        _give(_text(examined, form), output)
        return COMPLETE

    return for_each(files, values_files, settings, chosen, examine, collect, finish, "Checking")


def examine(definition: Definition, options: Options) -> Worked[Examined]:
    """Return one definition with what is wrong with it."""
    from datapipeline_converters.batch import Worked
    from datapipeline_converters.validation import validate as validate_definition
    from datapipeline_converters.validation.report import Examined

    source = str(definition.place or definition.source)
    return Worked(Examined(options.name or source, source, validate_definition(definition, options)))


def _text(examined: list[Examined], form: str | None) -> str:
    import json

    from datapipeline_converters.validation import report

    if form == "json":
        return json.dumps(report.as_json(examined), indent=2, ensure_ascii=False)
    if form == "sarif":
        from importlib.metadata import version

        from datapipeline_converters.validation.sarif import as_sarif

        log = as_sarif(examined, version("airflow-provider-datapipeline"))
        return json.dumps(log, indent=2, ensure_ascii=False)
    lines = [line for one in examined for line in report.text_lines(one)]
    if len(examined) > 1:
        lines.append(f"{len(examined)} definitions: {report.counts(examined)}")
    return "\n".join(lines)


def _give(text: str, output: Path | None) -> None:
    if output is None:
        click.echo(text)
        return
    from datapipeline_converters.errors import UnwritableError

    try:
        output.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise UnwritableError(str(output), error.strerror or str(error)) from None
