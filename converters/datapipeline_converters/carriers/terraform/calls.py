"""Finds who calls the module that a Terraform folder is, and gives the module's variables what the call says."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from datapipeline_converters.carriers.terraform.evaluate import Evaluator
from datapipeline_converters.carriers.terraform.folder import MAX_BYTES, Folder, open_folder
from datapipeline_converters.carriers.terraform.functions import FailedError, Value
from datapipeline_converters.carriers.terraform.holes import Holes
from datapipeline_converters.carriers.terraform.instances import address_key, instances
from datapipeline_converters.carriers.terraform.syntax import Block, string_parts
from datapipeline_converters.definition import Repair
from datapipeline_converters.errors import UnreadableError

# Callers stand so many folders above, in files of their own, and no more of them are looked at.
_LEVELS = 4
_MOST_FILES = 100
# What a call says beside the module's variables.
_META = frozenset({"count", "depends_on", "for_each", "providers", "source", "version"})


@dataclass(frozen=True)
class Call:
    """A `module` block that calls a folder.

    :param place: the file and the line, for people
    """

    block: Block
    folder: Folder
    place: str

    @property
    def names(self) -> tuple[str, ...]:
        """The variables that it gives values."""
        return tuple(name for name in self.block.attributes if name not in _META)

    def arguments(
        self, given: Mapping[str, tuple[str, ...]], holes: Holes
    ) -> Iterator[tuple[str, dict[str, Value], frozenset[str]]]:
        """Yield address, variables and the given values that were needed, for each instance of the module.

        :raises FailedError: when how many there are is not known here
        """
        evaluator = Evaluator(self.folder, self.place, given, holes)
        for key, scope, _ in instances(self.block, evaluator):
            address = f"module.{self.block.labels[0]}{address_key(key)}"
            values = {name: self._argument(name, scope, address) for name in self.names}
            yield address, values, frozenset(evaluator.used)

    def _argument(self, name: str, scope: Evaluator, address: str) -> Value:
        try:
            return scope.value(self.block.attributes[name])
        except FailedError:
            return scope.holes.make(f"{address}.{name}")

    def told(self) -> Repair:
        """Return what is to be told where its arguments were put in."""
        shown = ", ".join(self.names) or "nothing"
        return Repair(
            f"module.{self.block.labels[0]}", f"{self.place} calls this folder: read with its {shown}"
        )

    def untold(self, error: FailedError) -> Repair:
        """Return what is to be told where they could not be."""
        return Repair(
            f"module.{self.block.labels[0]}",
            f"{self.place} calls this folder, and how often is not known here: {error}",
        )


def calls_of(path: Path) -> list[Call]:
    """Return the calls of the folder of a file, in the folders above it, the nearest first."""
    target = path.parent.resolve()
    found: list[Call] = []
    for above in list(target.parents)[:_LEVELS]:
        try:
            files = sorted(above.glob("*.tf"))[:_MOST_FILES]
        except OSError:
            break
        for file in files:
            found += _in_file(file, target)
    return found


def _in_file(file: Path, target: Path) -> Iterator[Call]:
    try:
        if not file.is_file() or file.stat().st_size > MAX_BYTES:
            return
        text = file.read_text(encoding="utf-8-sig")
        # Without the name of the last folder there is no path to it.
        if "module" not in text or target.name not in text:
            return
        place = Path(os.path.relpath(file, target)).as_posix()
        folder = open_folder(text, place, file)
    except (OSError, UnicodeDecodeError, UnreadableError):
        return
    for block in folder.own.of("module"):
        if block.labels and (file.parent / (_source(block) or "")).resolve() == target:
            yield Call(block, folder, f"{place} line {block.line}")


def _source(block: Block) -> str | None:
    """Return the path that a call names, None where it is none that can be known."""
    from lark import Tree

    node = block.attributes.get("source")
    strings = list(node.find_data("string")) if isinstance(node, Tree) else []
    parts = string_parts(strings[0], "source") if len(strings) == 1 else []
    if len(parts) != 1 or parts[0].kind != "text" or not parts[0].text.startswith(("./", "../")):
        return None
    return parts[0].text
