"""Finds the inputs of a command, reads them, and gives each pipeline a name that no other of the same call has."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from glob import glob
from pathlib import Path

from datapipeline_converters.carriers.read import (
    MAX_BYTES,
    decode,
    looks_like_one,
    read_definitions,
    read_text,
)
from datapipeline_converters.definition import Definition, Repair
from datapipeline_converters.errors import UnreadableError
from datapipeline_converters.handover import stopped_at
from datapipeline_converters.names import Taken, pipeline_name
from datapipeline_converters.options import Options

STANDARD_INPUT = "-"
_SUFFIXES = frozenset({".json", ".template", ".tf", ".tfstate", ".yaml", ".yml"})
# Folders of tools: what lies in them is not the user's own.
_TOOLS = frozenset({"node_modules", "venv", "__pycache__"})
# Of a file with another ending, this much is looked at.
_LOOKED_AT = 64 * 1024
_WILD = re.compile(r"[*?\[]")


@dataclass(frozen=True)
class Input:
    """One file to read, or standard input.

    :param path: where it is, None for standard input
    :param found: whether it was found in a folder, not named by the user: then it may be something else
    :param fault: why it cannot be read, where that is known already
    """

    path: Path | None
    found: bool = False
    fault: str = ""

    @property
    def label(self) -> str:
        """What it is, for people."""
        return "standard input" if self.path is None else str(self.path)


def find_inputs(arguments: Iterable[Path]) -> list[Input]:
    """Return what the arguments of a command mean.

    They are files, folders with files anywhere below, patterns that no shell has expanded, `-` for standard input. In folders,
    what is hidden and what belongs to tools is passed over, and links are followed once.

    :raises UnreadableError: when a folder has no file that could be a definition, or a pattern fits none
    """
    inputs: dict[Path | None, Input] = {}
    for argument in arguments:
        found = _named(argument)
        if not found:
            raise UnreadableError(str(argument), "no definitions in this folder", "Check the path.")
        for item in found:
            earlier = inputs.setdefault(item.path, item)
            if earlier.found and not item.found:  # whoever names a file wants to hear of it
                inputs[item.path] = item
    return list(inputs.values())


def _named(argument: Path) -> list[Input]:
    """Return what one argument means."""
    text = str(argument)
    if text == STANDARD_INPUT:
        return [Input(None)]
    if argument.is_dir():
        return list(_in_folder(argument))
    if _WILD.search(text) and not argument.exists():
        fitting = sorted(Path(path) for path in glob(text, recursive=True))  # noqa: PTH207 - of any folder, absolute ones too
        if not fitting:
            raise UnreadableError(text, "no file fits this pattern", "Check it; ** stands for any folders.")
        return [
            item
            for path in fitting
            for item in (_in_folder(path) if path.is_dir() else [Input(path, found=True)])
        ]
    return [Input(argument)]


def _in_folder(folder: Path) -> Iterator[Input]:
    """Yield the files below a folder that may be definitions, in order, and the folders that cannot be read."""
    faults: list[OSError] = []
    seen: set[tuple[int, int]] = set()
    found: list[Input] = []
    for root, folders, files in os.walk(folder, followlinks=True, onerror=faults.append):
        known = Path(root).stat()
        if (known.st_dev, known.st_ino) in seen:
            folders.clear()
            continue
        seen.add((known.st_dev, known.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _TOOLS)
        paths = (Path(root, name) for name in files if not name.startswith("."))
        found += [Input(path, found=True) for path in paths if _may_be_one(path)]
    for fault in faults:
        found.append(Input(Path(str(fault.filename)), found=True, fault=fault.strerror or "cannot be read"))
    yield from sorted(found, key=lambda item: item.label)


def _may_be_one(path: Path) -> bool:
    """Tell whether a file may be a definition: by its ending, or by what it starts with."""
    if not path.is_file():
        return False
    if path.suffix.lower() in _SUFFIXES:
        return True
    try:
        with path.open("rb") as file:
            start = file.read(_LOOKED_AT)
    except OSError:
        return False
    return start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")) and looks_like_one(
        start.decode("utf-8", errors="replace")
    )


def read_input(item: Input, given: Mapping[str, tuple[str, ...]] | None = None) -> tuple[Definition, ...]:
    """Return the definitions in an input.

    :param given: values from files and the command line, which templates and Terraform may need to be read
    :raises NoDefinitionError: when it is something else
    :raises UnreadableError: when it cannot be read
    """
    if item.fault:
        raise UnreadableError(item.label, item.fault, "Check its permissions.")
    if item.path is None:
        text = decode(sys.stdin.buffer.read(MAX_BYTES + 1), item.label)
        return read_definitions(text, item.label, given)
    return read_definitions(read_text(item.path), item.path.name, given, item.path)


def named(definition: Definition, options: Options, taken: set[str]) -> tuple[Definition, Options]:
    """Return a definition, and the options with its pipeline's name and what its account knows.

    :param taken: names already given; case does not tell two apart, because file systems differ about it; the new one is added
    """
    name = Taken(taken).give(wanted_name(definition, options))
    taken.add(name)
    return called(definition, options, name)


def wanted_name(definition: Definition, options: Options) -> str:
    """Return the name of a definition's pipeline as long as no other has it."""
    return pipeline_name(options.name or definition.name or _stem(definition.source))


def called(definition: Definition, options: Options, name: str) -> tuple[Definition, Options]:
    """Return a definition, and the options with its pipeline's name and what its account knows.

    :param name: what the pipeline is called; where it is not the wanted name, the definition says so
    """
    wanted = wanted_name(definition, options)
    if name != wanted:
        repair = Repair("name", f"{wanted!r} is another pipeline's name already: this one is called {name!r}")
        definition = replace(definition, repairs=(*definition.repairs, repair))
    activated_at = options.activated_at or definition.state.activated_at
    start = options.start or (stopped_at(definition) if options.carry_on else None)
    return definition, replace(options, name=name, activated_at=activated_at, start=start)


def _stem(source: str) -> str:
    return Path(source).stem.replace(" ", "_") or "pipeline"
