"""Decides what of a conversion is written over what is there: nothing that a person changed is lost."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from pathlib import Path

from datapipeline_converters.conversion import File
from datapipeline_converters.reconversion.base import (
    Base,
    Identity,
    base_name,
    base_of,
    base_text,
    read_base,
)
from datapipeline_converters.reconversion.documents import has_values, merge, parsed, written
from datapipeline_converters.reconversion.there import NO_TEXT, read_there
from datapipeline_converters.reconversion.three_way import marks_in, merge_texts

_OTHERS_MAY_READ = 0o077


class Mode(Enum):
    """What happens to files that a person changed."""

    REFUSE = auto()
    MERGE = auto()
    FORCE = auto()


@dataclass
class Reconciled:
    """What is to be done with a pipeline's files.

    :param files: what is to be there, the base aside, None where a file is to go
    :param changed: what is to be written, the base with it, because it is not there yet
    :param removed: the names of files that are to go
    :param refused: why nothing may be written, a sentence each; only then it is not empty
    :param conflicts: what a person has to settle, a sentence each
    :param notes: what a person would like to know, a sentence each
    """

    files: dict[str, File | None] = field(default_factory=dict)
    changed: dict[str, File] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def reconcile(
    folder: Path,
    pipeline: str,
    files: Mapping[str, File],
    identity: Identity,
    secrets: frozenset[str],
    mode: Mode,
) -> Reconciled:
    """Return what is to be done so that a folder holds a conversion's files and a person's changes.

    :param files: the conversion's files by name
    :param identity: what they were made of
    :param secrets: texts of the definition that the base must not remember
    :raises UnwritableError: when what is there cannot be read
    """
    result = Reconciled()
    base = read_base(read_there(folder / base_name(pipeline)))
    one = _Folder(folder, base, base is not None and base.identity.same(identity), mode, result)
    for name, file in files.items():
        result.files[name] = one.document(name, file) if file.secret else one.text(name, file)
    if base is not None:
        for name in sorted(base.names - files.keys()):
            one.no_longer_made(name, base)
    if not result.refused:
        base_file = File(base_text(base_of(files, identity, secrets)))
        for name, wanted in {**result.files, base_name(pipeline): base_file}.items():
            if wanted is not None and not _is_there(folder / name, wanted):
                result.changed[name] = wanted
    return result


@dataclass
class _Folder:
    """What is in the folder of the files.

    :param base: what the last conversion wrote
    :param ours: whether that was of the same pipeline
    :param result: what is to be done is noted here
    """

    folder: Path
    base: Base | None
    ours: bool
    mode: Mode
    result: Reconciled

    def text(self, name: str, new: File) -> File:
        """Return what becomes of a file without secrets."""
        path = self.folder / name
        there = read_there(path)
        if there in (None, new.text) or self.mode is Mode.FORCE:
            return new
        before = self.base.texts.get(name) if self.base else None
        if self.mode is Mode.MERGE:
            return self._merged(path, before, there or "", new)
        if self.base is None or before is None:
            self.result.refused.append(f"{path} was there before, and was not written by this command.")
        elif not self.ours:
            self.result.refused.append(f"{path} was made of another definition, {self.base.identity.label}.")
        elif there != before:
            self.result.refused.append(f"{path} was edited by hand.")
        return new

    def document(self, name: str, new: File) -> File:
        """Return what becomes of a file with connections or Variables."""
        path = self.folder / name
        there = read_there(path)
        if there in (None, new.text):
            return new
        try:
            document = parsed(there or "")
        except ValueError:
            if self.mode is not Mode.FORCE:
                self.result.refused.append(f"{path} is no JSON object any more: correct it.")
            return new
        remembered = self.base.outlines.get(name, {}) if self.base else {}
        found = merge(remembered, document, parsed(new.text), prefer_new=self.mode is Mode.FORCE)
        differing = found.conflicts + found.unsure
        if self.mode is Mode.REFUSE and differing:
            what = ", ".join(differing)
            self.result.refused.append(f"{path}: {what}: there is another value than the definition has.")
        elif self.mode is Mode.REFUSE and self.base is not None and not self.ours:
            self.result.refused.append(f"{path} was made of another definition, {self.base.identity.label}.")
        elif self.mode is Mode.MERGE:
            self.result.conflicts += [
                f"{path}: {key}: changed by hand, and the conversion has another value than before; yours stays"
                for key in found.conflicts
            ]
            found.kept += found.unsure
        self._note(path, "your values stay", found.kept)
        self._note(path, "no longer needed, but filled in; delete it yourself", found.unneeded)
        return replace(new, text=there or "" if found.document == document else written(found.document))

    def no_longer_made(self, name: str, base: Base) -> None:
        """Remove a file that this conversion does not make any more, unless a person has something in it."""
        path = self.folder / name
        there = read_there(path)
        if there is None:
            return
        if name in base.texts:
            unchanged = there == base.texts[name]
        else:
            try:
                unchanged = not has_values(parsed(there))
            except ValueError:
                unchanged = False
        if unchanged:
            self.result.files[name] = None
            self.result.removed.append(name)
            self.result.notes.append(f"{path}: no longer needed; removed")
        else:
            self.result.notes.append(f"{path}: no longer needed, but filled in; delete it yourself")

    def _merged(self, path: Path, before: str | None, there: str, new: File) -> File:
        if before is None:
            self.result.refused.append(
                f"{path} was there before, and was not written by this command: there is no base to merge from."
            )
            return new
        if there == NO_TEXT:
            self.result.refused.append(f"{path} is no UTF-8 text any more: nothing can be merged.")
            return new
        merged = merge_texts(before, there, new.text)
        for first, last in marks_in(merged.text):
            self.result.conflicts.append(
                f"{path}: lines {first} to {last}: changed by hand and by the conversion; settle it there"
            )
        if path.suffix == ".py" and not merged.conflicts and (line := _fault(merged.text)):
            self.result.conflicts.append(f"{path}: line {line}: what came of the merge is not valid Python")
        return replace(new, text=merged.text)

    def _note(self, path: Path, text: str, keys: list[str]) -> None:
        if keys:
            self.result.notes.append(f"{path}: {', '.join(keys)}: {text}")


def _is_there(path: Path, file: File) -> bool:
    """Tell whether a file is there with this content, and closed to others if it has to be."""
    if read_there(path) != file.text:
        return False
    return not file.secret or not path.stat().st_mode & _OTHERS_MAY_READ


def _fault(source: str) -> int | None:
    """Return the line that Python cannot read, None if it can read all."""
    try:
        ast.parse(source)
    except SyntaxError as error:
        return error.lineno or 1
    return None
