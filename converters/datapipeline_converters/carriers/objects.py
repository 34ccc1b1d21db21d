"""Knows what every form must obey: ids are unique, references lead somewhere, texts in reference slots are references."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches

from datapipeline_converters.carriers.values import may_be_secret
from datapipeline_converters.catalogue import reference_fields
from datapipeline_converters.definition import PipelineObject, Ref, Repair, Value
from datapipeline_converters.errors import Problem
from datapipeline_converters.passwords import masked


class Collector:
    """Takes objects one by one and gives them back by id, with the repairs and problems found on the way."""

    def __init__(self) -> None:
        self.objects: dict[str, PipelineObject] = {}
        self.repairs: list[Repair] = []
        self.problems: list[Problem] = []

    def add(self, item: PipelineObject) -> None:
        """Take an object; one that was written twice is merged when both are equal."""
        earlier = self.objects.setdefault(item.id, item)
        if earlier is item:
            return
        if earlier == item:
            self.repairs.append(Repair(item.id, "written twice with the same content: read once"))
        else:
            self.problems.append(
                Problem(
                    item.id, "", "two different objects have this id. Rename one of them.", "duplicate-id"
                )
            )

    def resolve_references(self) -> None:
        """Make every reference one by id, whether it was written as id, as unique name or as plain text."""
        counts = Counter(item.name for item in self.objects.values())
        names = {item.name: item.id for item in self.objects.values() if counts[item.name] == 1}
        for item in list(self.objects.values()):
            fields = {
                key: tuple(self._resolve(item.id, key, value, names) for value in values)
                for key, values in item.fields.items()
            }
            self.objects[item.id] = replace(item, fields=fields)

    def _resolve(self, owner: str, key: str, value: Value, names: Mapping[str, str]) -> Value:
        if isinstance(value, str) and (key not in reference_fields() or "#{" in value):
            return value
        target = value.id if isinstance(value, Ref) else value
        place = f"{owner}.{key}"
        if target in self.objects:
            if isinstance(value, str):
                self.repairs.append(
                    Repair(place, f"the text {target!r} names an object: read as a reference")
                )
            return Ref(target)
        if target in names:
            self.repairs.append(Repair(place, f"{target!r} is a name: read as the id {names[target]!r}"))
            return Ref(names[target])
        # Somebody may have put the password itself where a reference goes.
        shown = "something" if may_be_secret(key) else repr(masked(target))
        told = f"refers to {shown}, which is no object's id{self._meant(target)} {_ADVICE}"
        self.problems.append(Problem(owner, key, told, "dangling-reference"))
        return value

    def _meant(self, target: str) -> str:
        """Return a question for the id that is spelled nearly like a reference's, or the full stop in its place."""
        ids = {each.lower(): each for each in self.objects}
        near = get_close_matches(target.lower(), ids, n=1, cutoff=0.8) if len(ids) <= _COMPARED else []
        return f"; did you mean {ids[near[0]]!r}?" if near else "."


_ADVICE = "Add the object, or correct the reference."
# Among more objects than a pipeline may have, nobody looks for what is spelled alike.
_COMPARED = 500
