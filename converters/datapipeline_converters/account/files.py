"""Knows the folder that pulled pipelines are in: one file each, and an index of them for people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datapipeline_converters.account.definitions import PARTS
from datapipeline_converters.account.describing import Description
from datapipeline_converters.account.state import State
from datapipeline_converters.conversion import File
from datapipeline_converters.errors import UnreadableError
from datapipeline_converters.names import pipeline_name
from datapipeline_converters.output import write_files

# No suffix of a definition: commands that read the folder pass it over.
INDEX = "index.tsv"
_COLUMNS = ("id", "name", "file", "status", "first activated", "notes")


@dataclass(frozen=True)
class Kept:
    """A pipeline that is in the folder.

    :param file: the file's name
    :param version: of the definition: active or latest, as it was asked for
    :param complete: whether all that was asked for is in it
    :param row: its line of the index
    """

    file: str
    version: str
    complete: bool
    row: tuple[str, ...]


class Folder:
    """A folder of pulled pipelines; its files are its memory.

    :param path: made when the first file is written
    :raises UnreadableError: when it is there and cannot be read
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.kept: dict[str, Kept] = {}
        self._names: dict[str, str] = {}
        self._taken: set[str] = set()
        try:
            files = sorted(path.iterdir()) if path.is_dir() else []
        except OSError as error:
            raise UnreadableError(
                str(path), error.strerror or str(error), "Choose another folder with -o."
            ) from None
        for file in files:
            self._taken.add(file.name.lower())
            if file.suffix == ".json" and file.is_file() and (document := _pulled(file)) is not None:
                self._keep(document, file.name)

    def has(self, pipeline_id: str, version: str) -> bool:
        """Tell whether a pipeline is there with all that is asked for."""
        kept = self.kept.get(pipeline_id)
        return kept is not None and kept.complete and kept.version == version

    def reserve(self, pipeline_id: str, name: str) -> None:
        """Choose a pipeline's file: its old one if there is one, else a new one that no other has, by its name.

        :param name: as the account has it; of two that make one file's name, the later gets its id behind it
        """
        stem = pipeline_name(name)
        file = f"{stem}.json" if f"{stem}.json".lower() not in self._taken else f"{stem}.{pipeline_id}.json"
        self._names[pipeline_id] = self.kept[pipeline_id].file if pipeline_id in self.kept else file
        self._taken.add(self._names[pipeline_id].lower())

    def write(self, document: Mapping[str, Any]) -> str:
        """Write a pipeline's file, whose name is reserved, over its old one if there is one; return its name.

        :raises UnwritableError: when it cannot be written; the old one is unchanged
        """
        name = self._names[document["pipelineId"]]
        text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
        # Before: an interrupt is held until the file is in its place, and comes then.
        self._keep(document, name)
        write_files(self.path, {name: File(text, secret=True)})
        return name

    def write_index(self) -> None:
        """Write the index anew, of all that is in the folder.

        :raises UnwritableError: when it cannot be written
        """
        there = [item for item in self.kept.values() if (self.path / item.file).exists()]
        if not there:
            return
        rows = [_COLUMNS, *(item.row for item in sorted(there, key=lambda item: item.file))]
        text = "".join("\t".join(" ".join(cell.split()) for cell in row) + "\n" for row in rows)
        write_files(self.path, {INDEX: File(text)})

    def _keep(self, document: Mapping[str, Any], name: str) -> None:
        state = document["state"]
        row = (
            document["pipelineId"],
            document["name"],
            name,
            state["status"],
            state["activatedAt"] or "",
            " ".join(state["notes"]),
        )
        self.kept[document["pipelineId"]] = Kept(name, document["version"], state["complete"], row)


def document_of(
    description: Description,
    definition: Mapping[str, Any],
    state: State,
    *,
    region: str,
    version: str,
    complete: bool,
) -> dict[str, Any]:
    """Return what is written for a pipeline.

    :param definition: in API form
    :param version: active or latest, as it was asked for
    :param complete: whether all that was asked for is there
    """
    return {
        "pipelineId": description.id,
        "name": description.name,
        "description": description.description,
        "tags": [{"key": key, "value": value} for key, value in description.tags.items()],
        "region": region,
        "version": version,
        "state": {
            "status": state.status,
            "activatedAt": state.activated_at,
            "finished": state.finished,
            "notes": state.notes,
            "complete": complete,
        },
        **{part: definition.get(part, []) for part in PARTS},
    }


def _pulled(path: Path) -> dict[str, Any] | None:
    """Return what a file holds if it is one of ours."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        state = document["state"]
        texts = (document["pipelineId"], document["name"], document["version"], state["status"])
        if (
            all(isinstance(text, str) for text in texts)
            and {"activatedAt", "notes", "complete"} <= state.keys()
        ):
            found: dict[str, Any] = document
            return found
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass
    return None
