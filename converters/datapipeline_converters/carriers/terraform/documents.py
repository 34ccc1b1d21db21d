"""Reads one resource that makes a pipeline, as a definition in API form whose values may have holes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from datapipeline_converters.carriers.terraform.evaluate import Evaluator
from datapipeline_converters.carriers.terraform.folder import Folder
from datapipeline_converters.carriers.terraform.functions import FailedError, Value, elements, text_of
from datapipeline_converters.carriers.terraform.holes import has_hole, without_texts
from datapipeline_converters.carriers.terraform.instances import each
from datapipeline_converters.carriers.terraform.resources import PIPELINE, SECTIONS, VALUES
from datapipeline_converters.carriers.terraform.syntax import Block, words
from datapipeline_converters.definition import Repair

# What an item or a field may have, and what the API calls it.
_NAMES = {"id": "id", "key": "key", "name": "name", **VALUES}
# Arguments every resource has; they say nothing of the pipeline.
_META = frozenset({"count", "depends_on", "for_each", "lifecycle", "pipeline_id", "provider", "provisioner"})


@dataclass(frozen=True)
class Document:
    """A pipeline before its holes are filled.

    :param document: its definition in API form
    """

    document: dict[str, Any]
    name: str = ""
    description: str = ""
    tags: Mapping[str, str] | None = None


@dataclass(frozen=True)
class PipelineResource:
    """One resource, read with the names that hold in it."""

    block: Block
    scope: Evaluator
    folder: Folder
    repairs: list[Repair]

    def of_blocks(self) -> Document:
        """Return what the AWS provider's blocks say; they are sets, so the order of equal keys is lost."""
        document: dict[str, Any] = {"pipelineObjects": []}
        for section in SECTIONS:
            for nested, scope in _blocks(self.block, section.block, self.scope):
                item = self._attributes(nested, scope)
                if section.field:
                    entries = [self._attributes(b, s) for b, s in _blocks(nested, section.field, scope)]
                    item[section.fields] = self._set(entries, str(item.get("id")))
                document.setdefault(section.key, []).append(item)
        for item in document["pipelineObjects"]:
            self._tell_of_sets(item)
        _check(document)
        if "region" in self.block.attributes:
            self.repairs.append(
                Repair(
                    "region", f"the pipeline's region is {self._text('region')!r}: give it to the connections"
                )
            )
        blocks = {section.block for section in SECTIONS}
        self._tell_of_unread({*_META, "region"}, {*blocks, "dynamic", "timeouts"})
        return self._joined(document)

    def of_attributes(self) -> Document:
        """Return what the Cloud Control provider's lists say."""
        document: dict[str, Any] = {"pipelineObjects": []}
        for section in SECTIONS:
            for written in _list(self._value(section.attribute), section.attribute):
                item = self._renamed(written, section.attribute, section.fields)
                if section.fields:
                    fields = _list(written.get(section.fields), section.fields)
                    item[section.fields] = [self._renamed(field, section.fields) for field in fields]
                document.setdefault(section.key, []).append(item)
        _check(document)
        tags = {}
        for tag in _list(self._value("pipeline_tags"), "pipeline_tags"):
            if not isinstance(tag, dict) or tag.get("key") is None or tag.get("value") is None:
                raise FailedError("an item of pipeline_tags has no key or no value")
            tags[text_of(tag["key"])] = text_of(tag["value"])
        lists = {section.attribute for section in SECTIONS}
        self._tell_of_unread({*_META, *lists, "name", "description", "pipeline_tags", "activate"}, set())
        return Document(document, self._text("name"), self._text("description"), tags)

    def _joined(self, document: dict[str, Any]) -> Document:
        """Return a definition with the name, description and tags of the pipeline it is for."""
        node = self.block.attributes.get("pipeline_id")
        reference = self.scope.resource(node) if node is not None else None
        pipeline = None
        if reference is not None and reference.path[0] == PIPELINE:
            pipeline = self.folder.find("resource", *reference.path)
        if reference is None or pipeline is None:
            place = without_texts(words(node)) if node is not None else "pipeline_id"
            self.repairs.append(
                Repair("pipeline_id", f"{place} is no pipeline of this folder: named after the resource")
            )
            return Document(document)
        scope = self.scope.of_instance(pipeline, reference.key)
        other = PipelineResource(pipeline, scope, self.folder, self.repairs)
        tags = other._value("tags") or {}
        known = {text_of(key): text_of(value) for key, value in elements(tags)} if not has_hole(tags) else {}
        return Document(document, other._text("name"), other._text("description"), known)

    def _value(self, name: str) -> Value:
        return self.scope.value(self.block.attributes[name]) if name in self.block.attributes else None

    def _text(self, name: str) -> str:
        value = self._value(name)
        return "" if value is None else text_of(value)

    def _set(self, entries: list[dict[str, Any]], owner: str) -> list[dict[str, Any]]:
        """Return blocks without those that the AWS provider leaves out: empty texts, and the second of two equal ones."""
        kept: list[dict[str, Any]] = []
        for entry in entries:
            place = f"{owner}.{entry.get('key')}"
            if entry in kept:
                self.repairs.append(Repair(place, "written twice with the same value: Terraform keeps one"))
            elif not entry.get("stringValue") and not entry.get("refValue"):
                self.repairs.append(Repair(place, "an empty text: Terraform leaves it out"))
            else:
                kept.append(entry)
        return kept

    def _tell_of_sets(self, item: dict[str, Any]) -> None:
        keys = [entry.get("key") for entry in item["fields"]]
        for key in dict.fromkeys(keys):
            if keys.count(key) > 1:
                self.repairs.append(
                    Repair(
                        f"{item.get('id')}.{key}",
                        "Terraform does not keep the order of its blocks: read in the order of the file, which may "
                        "not be the order that ran; pull the pipeline to see it",
                    )
                )

    def _attributes(self, block: Block, scope: Evaluator) -> dict[str, Any]:
        """Return the attributes of a block within, as the API names them; null is as good as absent."""
        values = {
            name: scope.value(node) if name in _NAMES else None for name, node in block.attributes.items()
        }
        return self._renamed(values, block.kind)

    def _renamed(self, item: Value, place: str, *inner: str) -> dict[str, Any]:
        """Return the texts of an object within as the API names them; null is as good as absent.

        :param place: what it is, for people
        :param inner: what else it has, which is read on its own
        """
        if not isinstance(item, dict):
            raise FailedError(f"an item of {place} is no object")
        self._tell_of(f"{place}.{name}" for name in item if name not in {*_NAMES, *inner})
        return {
            _NAMES[key]: text_of(value) for key, value in item.items() if key in _NAMES and value is not None
        }

    def _tell_of_unread(self, attributes: set[str], blocks: set[str]) -> None:
        unread = [name for name in self.block.attributes if name not in attributes]
        unread += [block.kind for block in self.block.blocks if block.kind not in {*blocks, *_META}]
        self._tell_of(unread)

    def _tell_of(self, unread: Iterable[str]) -> None:
        told = (Repair(name, "not a part of a definition: not read") for name in dict.fromkeys(unread))
        self.repairs.extend(repair for repair in told if repair not in self.repairs)


def _blocks(block: Block, kind: str, scope: Evaluator) -> Iterator[tuple[Block, Evaluator]]:
    """Yield the blocks of a kind with the names that hold in each, `dynamic` ones written out."""
    for nested in block.blocks:
        if nested.kind == kind:
            yield nested, scope
        elif nested.kind == "dynamic" and nested.labels == (kind,):
            iterator = words(nested.attributes["iterator"]) if "iterator" in nested.attributes else kind
            content = next(nested.of("content"), None)
            if content is None or "for_each" not in nested.attributes:
                raise FailedError(f"dynamic {kind} without for_each or content")
            for key, value in each(nested.attributes["for_each"], scope):
                yield content, scope.within(**{iterator: {"key": key, "value": value}})


def _check(document: Mapping[str, Any]) -> None:
    """Refuse places that no parameter can take: keys, types, and references to an object that no item is."""
    ids = {item.get("id") for item in document["pipelineObjects"]}
    for item in document["pipelineObjects"]:
        for entry in item["fields"]:
            place = f"{item.get('id')}.{entry.get('key')}"
            if has_hole(entry.get("key")):
                raise FailedError(f"the key of a field of {item.get('id')} is not known here")
            if entry.get("key") == "type" and has_hole(entry.get("stringValue")):
                raise FailedError(f"{place} is not known here")
            if has_hole(entry.get("refValue")) and entry["refValue"] not in ids:
                raise FailedError(f"the object that {place} refers to is not known here")


def _list(value: Value, name: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise FailedError(f"{name} is no list whose elements are known here")
    return value
