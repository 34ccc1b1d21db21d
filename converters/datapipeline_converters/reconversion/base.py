"""The base: what a conversion wrote, kept beside it without a secret, so that a later one sees what a person changed."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from datapipeline_converters.conversion import File
from datapipeline_converters.reconversion.documents import outline, parsed

# Airflow reads only files that end in .py or are archives: what lies here never becomes a DAG.
_FOLDER = ".dp2airflow"
_VERSION = 1
# The identity stands at a base's beginning: so many characters are read for it.
_HEAD = 4_096
_MADE_OF = '"made_of": '


@dataclass(frozen=True)
class Identity:
    """What a pipeline's files were made of.

    :param source: the definition's place, seen from the folder of its files, so that it is the same in every checkout
    :param pipeline_id: the pipeline's id in its account, "" where it is not known
    :param part: what it is inside its file, as `Definition.part` says
    """

    source: str
    pipeline_id: str = ""
    part: str = ""

    @classmethod
    def of(cls, place: Path | None, folder: Path, pipeline_id: str, part: str = "") -> Identity:
        """Return the identity of a definition.

        :param place: the file it was read from, None where it was no file
        :param folder: where its files are written
        """
        if place is None:
            return cls("standard input", pipeline_id, part)
        try:
            source = Path(os.path.relpath(place.resolve(), folder.resolve()))
        except ValueError:  # on another drive
            source = place.resolve()
        return cls(source.as_posix(), pipeline_id, part)

    @property
    def label(self) -> str:
        """What it is, for people."""
        return f"{self.source}, {self.part}" if self.part else self.source

    def same(self, other: Identity) -> bool:
        """Tell whether both are the same pipeline; ids decide where both are known."""
        if self.pipeline_id and other.pipeline_id:
            return self.pipeline_id == other.pipeline_id
        return (self.source, self.part) == (other.source, other.part)


@dataclass(frozen=True)
class Base:
    """What the last conversion wrote.

    :param texts: by file name, the files that hold no secret
    :param outlines: by file name, those that may hold secrets, as `documents.outline` makes them
    """

    identity: Identity
    texts: Mapping[str, str]
    outlines: Mapping[str, Any]

    @property
    def names(self) -> set[str]:
        """The names of all files that were written."""
        return {*self.texts, *self.outlines}


def base_name(pipeline: str) -> str:
    """Return the path of a pipeline's base inside the folder of its files."""
    return f"{_FOLDER}/{pipeline}.json"


def base_of(files: Mapping[str, File], identity: Identity, secrets: frozenset[str]) -> Base:
    """Return the base that remembers files.

    :param secrets: texts that must not be remembered
    """
    return Base(
        identity,
        {name: file.text for name, file in files.items() if not file.secret},
        {name: outline(parsed(file.text), secrets) for name, file in files.items() if file.secret},
    )


def base_text(base: Base) -> str:
    """Return the text of the file that keeps a base."""
    document = {
        "version": _VERSION,
        "made_of": asdict(base.identity),
        "texts": base.texts,
        "outlines": base.outlines,
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def read_base(text: str | None) -> Base | None:
    """Return the base that a file keeps; None where there is none, or none of this form."""
    try:
        document = json.loads(text or "")
        if document["version"] != _VERSION:
            return None
        return Base(Identity(**document["made_of"]), dict(document["texts"]), dict(document["outlines"]))
    except (ValueError, KeyError, TypeError):
        return None


def identities(folder: Path) -> dict[str, Identity]:
    """Return what the pipelines in a folder were made of, by their names; bases that cannot be read are passed over."""
    found: dict[str, Identity] = {}
    for path in sorted((folder / _FOLDER).glob("*.json")):
        with suppress(OSError, UnicodeError), path.open(encoding="utf-8") as stream:
            head = stream.read(_HEAD)
            identity = _identity_in(head)
            if identity is None and (base := read_base(head + stream.read())):
                identity = base.identity
            if identity is not None:
                found[path.stem] = identity
    return found


def _identity_in(head: str) -> Identity | None:
    """Return the identity in the beginning of a base; None where it is not all there."""
    version, found, rest = head.partition(_MADE_OF)
    if not found or f'"version": {_VERSION},' not in version:
        return None
    try:
        return Identity(**json.JSONDecoder().raw_decode(rest)[0])
    except (ValueError, TypeError):
        return None
