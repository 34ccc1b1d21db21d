"""Knows which name each pipeline had when a folder was last written, so that it stays what it is called."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from datapipeline_converters.definition import Definition
from datapipeline_converters.reconversion.base import Identity, identities


@dataclass(frozen=True)
class EarlierNames:
    """The names of the pipelines in a folder.

    :param by_source: by what they were made of: each with its name, in the order of the names
    :param by_id: the same by the pipeline's id in its account
    :param kept: names whose definitions' files are read again: no other pipeline may have them
    :param awaited: what those were made of, by the stem of their files
    """

    folder: Path
    by_source: dict[tuple[str, str], list[tuple[str, Identity]]]
    by_id: dict[str, list[tuple[str, Identity]]]
    kept: frozenset[str]
    awaited: dict[str, Identity]

    @classmethod
    def of(cls, folder: Path, environment: str | None, places: Iterable[Path | None]) -> EarlierNames:
        """Return the names in a folder.

        :param environment: what stands behind all names of this conversion
        :param places: the files that are read now
        """
        by_source: dict[tuple[str, str], list[tuple[str, Identity]]] = {}
        by_id: dict[str, list[tuple[str, Identity]]] = {}
        kept = set()
        awaited = {}
        known = identities(folder)
        sources = {Identity.of(place, folder, "").source for place in places} if known else set()
        ending = f"_{environment}" if environment else ""
        for stem, identity in known.items():
            if not stem.endswith(ending):
                continue
            name = stem.removesuffix(ending)
            by_source.setdefault((identity.source, identity.part), []).append((name, identity))
            if identity.pipeline_id:
                by_id.setdefault(identity.pipeline_id, []).append((name, identity))
            if identity.source in sources:
                kept.add(name)
                awaited[stem] = identity
        return cls(folder, by_source, by_id, frozenset(kept), awaited)

    def name_of(self, definition: Definition, wanted: str) -> str:
        """Return the name that a definition's pipeline had; "" if it had none that is made of the wanted one."""
        if not self.by_source:
            return ""
        identity = Identity.of(definition.place, self.folder, definition.state.pipeline_id, definition.part)
        found = [
            *self.by_source.get((identity.source, identity.part), ()),
            *self.by_id.get(identity.pipeline_id, ()),
        ]
        form = re.compile(rf"{re.escape(wanted)}(_([0-9]+))?")
        names = {
            int(match[2] or 0): name
            for name, earlier in found
            if identity.same(earlier) and (match := form.fullmatch(name))
        }
        return names[min(names)] if names else ""

    def left_behind(self, made: Collection[Identity]) -> dict[str, Identity]:
        """Return what was made of files that were read again, and that none of them makes any more.

        :param made: the identities of all that were made now
        """
        places = {(each.source, each.part) for each in made}
        ids = {each.pipeline_id for each in made} - {""}
        return {
            stem: identity
            for stem, identity in self.awaited.items()
            if (identity.source, identity.part) not in places and identity.pipeline_id not in ids
        }
