"""Reads one input and gives its pipeline a name that no other of the same call has."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from datapipeline_converters.carriers.read import read_definition
from datapipeline_converters.definition import Definition, Repair
from datapipeline_converters.names import pipeline_name, unique
from datapipeline_converters.options import Options


def read_named(path: Path, options: Options, taken: set[str]) -> tuple[Definition, Options]:
    """Return a file's definition, and the options with its pipeline's name.

    :param taken: names already given; case does not tell two apart, because file systems differ about it; the new one is added
    :raises UnreadableError: when the file cannot be read or holds no definition
    """
    definition = read_definition(path)
    wanted = pipeline_name(options.name or path.stem)
    name = _unique_ignoring_case(wanted, {name.lower() for name in taken})
    taken.add(name)
    if name != wanted:
        repair = Repair("name", f"{wanted!r} is another pipeline's name already: this one is called {name!r}")
        definition = replace(definition, repairs=(*definition.repairs, repair))
    return definition, replace(options, name=name)


def _unique_ignoring_case(name: str, taken: Collection[str]) -> str:
    return name if name.lower() not in taken else name + unique(name.lower(), taken)[len(name) :]
