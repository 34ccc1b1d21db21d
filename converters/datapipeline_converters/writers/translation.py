"""Translates a definition, as a step that other processes can do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from datapipeline_converters.batch import Worked
from datapipeline_converters.definition import Definition
from datapipeline_converters.errors import InvalidDefinitionError
from datapipeline_converters.options import Options
from datapipeline_converters.writers.given import with_values
from datapipeline_converters.writers.write import write


@dataclass(frozen=True)
class Translation:
    """A definition in another form.

    :param name: what the pipeline is called
    :param source: what was read, for people
    :param place: the file that was read, None for standard input
    :param text: what is written
    :param warnings: what the user should know of it
    :param valid: whether Data Pipeline would take the definition, as far as the reader sees it
    """

    name: str
    source: str
    place: Path | None
    text: str
    warnings: tuple[str, ...]
    valid: bool


def translate(definition: Definition, options: Options, form: str, name: str | None) -> Worked[Translation]:
    """Return a definition in another form.

    :param form: one of `write.FORMS`
    :param name: the pipeline's name as the user gives it, None for the definition's own
    :raises InvalidDefinitionError: when Data Pipeline would refuse it, unless `options.allow_invalid`
    """
    if definition.problems and not options.allow_invalid:
        raise InvalidDefinitionError(definition.source, definition.problems)
    called = options.name or "pipeline"
    if form == "cloudformation":
        definition = replace(definition, name=name or definition.name or called)
    written = write(with_values(definition, options.values), form)
    warnings = (
        *map(str, definition.problems),
        *(f"{repair.place}: {repair.text}" for repair in definition.repairs),
        *written.remarks,
    )
    return Worked(
        Translation(
            called, definition.source, definition.place, written.text, warnings, not definition.problems
        )
    )
