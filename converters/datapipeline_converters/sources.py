"""Finds the inputs of a command, reads them, and gives each pipeline a name that no other of the same call has."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from datapipeline_converters.carriers.read import read_definitions, read_text
from datapipeline_converters.definition import Definition, Repair
from datapipeline_converters.errors import UnreadableError
from datapipeline_converters.names import pipeline_name, unique
from datapipeline_converters.options import Options

STANDARD_INPUT = "-"
_SUFFIXES = frozenset({".json", ".template", ".tf", ".yaml", ".yml"})


@dataclass(frozen=True)
class Input:
    """One file to read, or standard input.

    :param path: where it is, None for standard input
    :param found: whether it was found in a folder, not named by the user: then it may be something else
    """

    path: Path | None
    found: bool = False

    @property
    def label(self) -> str:
        """What it is, for people."""
        return "standard input" if self.path is None else str(self.path)


def find_inputs(arguments: Iterable[Path]) -> list[Input]:
    """Return what the arguments of a command mean: files, folders with files anywhere below, `-` for standard input.

    :raises UnreadableError: when a folder has no file that could be a definition
    """
    inputs: dict[Input, None] = {}
    for argument in arguments:
        if str(argument) == STANDARD_INPUT:
            inputs.setdefault(Input(None))
        elif argument.is_dir():
            files = sorted(
                path for path in argument.rglob("*") if path.suffix in _SUFFIXES and path.is_file()
            )
            if not files:
                raise UnreadableError(str(argument), "no definitions in this folder", "Check the path.")
            inputs |= dict.fromkeys(Input(path, found=True) for path in files)
        else:
            inputs.setdefault(Input(argument))
    return list(inputs)


def read_input(item: Input) -> tuple[Definition, ...]:
    """Return the definitions in an input.

    :raises UnreadableError: when it cannot be read or holds no definition
    """
    if item.path is None:
        return read_definitions(sys.stdin.read(), item.label)
    return read_definitions(read_text(item.path), item.path.name)


def named(definition: Definition, options: Options, taken: set[str]) -> tuple[Definition, Options]:
    """Return a definition, and the options with its pipeline's name and what its account knows.

    :param taken: names already given; case does not tell two apart, because file systems differ about it; the new one is added
    """
    wanted = pipeline_name(options.name or definition.name or _stem(definition.source))
    name = _unique_ignoring_case(wanted, {name.lower() for name in taken})
    taken.add(name)
    if name != wanted:
        repair = Repair("name", f"{wanted!r} is another pipeline's name already: this one is called {name!r}")
        definition = replace(definition, repairs=(*definition.repairs, repair))
    activated_at = options.activated_at or definition.state.activated_at
    return definition, replace(options, name=name, activated_at=activated_at)


def _stem(source: str) -> str:
    return Path(source).stem.replace(" ", "_") or "pipeline"


def _unique_ignoring_case(name: str, taken: Collection[str]) -> str:
    return name if name.lower() not in taken else name + unique(name.lower(), taken)[len(name) :]
