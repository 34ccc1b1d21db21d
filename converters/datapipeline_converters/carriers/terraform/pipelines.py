"""Knows the resources that make pipelines in Terraform, and reads each as a definition in API form."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from datapipeline_converters.carriers import api_form, cloudformation, definition_file
from datapipeline_converters.carriers.json_text import parse_json
from datapipeline_converters.carriers.terraform.calls import Call, calls_of
from datapipeline_converters.carriers.terraform.evaluate import Evaluator
from datapipeline_converters.carriers.terraform.folder import Folder, open_folder
from datapipeline_converters.carriers.terraform.functions import FailedError, Value, elements, text_of
from datapipeline_converters.carriers.terraform.holes import Hole, Holes, has_hole, names_for, without_texts
from datapipeline_converters.carriers.terraform.instances import address_key, each, instances
from datapipeline_converters.carriers.terraform.syntax import Block, words
from datapipeline_converters.carriers.yaml_document import parse_yaml
from datapipeline_converters.definition import Definition, Parameter, Repair
from datapipeline_converters.errors import NoDefinitionError, UnreadableError

_DEFINITION = "aws_datapipeline_pipeline_definition"
_PIPELINE = "aws_datapipeline_pipeline"
_CLOUD_CONTROL = "awscc_datapipeline_pipeline"
_STACKS = frozenset(
    {"aws_cloudformation_stack", "aws_cloudformation_stack_set", "awscc_cloudformation_stack"}
)
_KINDS = frozenset({_DEFINITION, _PIPELINE, _CLOUD_CONTROL, *_STACKS})
# Blocks of the AWS provider, and what the API calls them and their parts.
_BLOCKS = {
    "pipeline_object": ("pipelineObjects", "field", "fields"),
    "parameter_object": ("parameterObjects", "attribute", "attributes"),
    "parameter_value": ("parameterValues", "", ""),
}
# Attributes of the Cloud Control provider.
_LISTS = {
    "pipeline_objects": ("pipelineObjects", "fields"),
    "parameter_objects": ("parameterObjects", "attributes"),
    "parameter_values": ("parameterValues", ""),
}
_NAMES = {"key": "key", "string_value": "stringValue", "ref_value": "refValue", "id": "id", "name": "name"}
# Arguments every resource has; they say nothing of the pipeline.
_META = frozenset({"count", "depends_on", "for_each", "lifecycle", "pipeline_id", "provider", "provisioner"})
_WORD = re.compile(r"[\w-]+")
# What stood on both sides of a value that is not known.
_SEPARATORS = re.compile(r"[-_./: ]{2,}")
_ADVICE = "Give the values it needs with --set NAME=VALUE, or write it out."


@dataclass(frozen=True)
class _Read:
    """A pipeline before its holes are filled.

    :param document: its definition in API form
    """

    document: dict[str, Any]
    name: str = ""
    description: str = ""
    tags: Mapping[str, str] | None = None


def read(
    text: str, source: str, given: Mapping[str, tuple[str, ...]], path: Path | None
) -> tuple[Definition, ...]:
    """Return the pipelines of a Terraform file; variables, local values and resources may be in files beside it.

    :param source: the file's name, for messages
    :param given: values of variables
    :param path: the file, None for standard input
    :raises NoDefinitionError: when it makes no pipeline
    :raises UnreadableError: when it is not Terraform's language, or a pipeline's parts have no value here
    """
    if not any(kind in text for kind in _KINDS):
        raise NoDefinitionError(source, "Terraform without pipelines", "Give the file that has them.")
    folder = open_folder(text, source, path)
    reader = _Reader(folder, source, given, tuple(calls_of(path)) if path is not None else ())
    found = [
        definition
        for block in folder.own.of("resource")
        if block.labels and block.labels[0] in _KINDS
        for definition in reader.definitions(block)
    ]
    if not found:
        raise NoDefinitionError(source, *reader.nothing())
    return tuple(found)


@dataclass(frozen=True)
class _Reader:
    folder: Folder
    source: str
    given: Mapping[str, tuple[str, ...]]
    calls: tuple[Call, ...] = ()

    def nothing(self) -> tuple[str, str]:
        """Return why there is no definition, and what to do."""
        alone = next((b.labels[-1] for b in self.folder.own.of("resource") if b.labels[0] == _PIPELINE), None)
        if alone is None:
            return "Terraform without pipelines", "Give the file that has them."
        return (
            f"the pipeline {alone!r} has no definition in this file",
            f"Give the file with its {_DEFINITION}, or pull the definition from the account.",
        )

    def definitions(self, block: Block) -> Iterator[Definition]:
        """Yield the definitions that one resource makes; with `count` or `for_each` there may be several."""
        kind = block.labels[0]
        if kind == _PIPELINE:
            return
        untold: list[Repair] = []
        told = False
        for call in self.calls:
            holes = Holes()
            try:
                arguments = list(call.arguments(self.given, holes))
            except FailedError as error:
                untold.append(call.untold(error))
                continue
            told = True
            for address, values, used in arguments:
                evaluator = Evaluator(self.folder, self.source, self.given, holes, values)
                for found in self._instances_of(block, evaluator, f"{address}."):
                    yield replace(found, used=found.used | used, repairs=(call.told(), *found.repairs))
        if not told:
            evaluator = Evaluator(self.folder, self.source, self.given, Holes())
            for found in self._instances_of(block, evaluator):
                yield replace(found, repairs=(*untold, *found.repairs))

    def _instances_of(self, block: Block, evaluator: Evaluator, module: str = "") -> Iterator[Definition]:
        """Yield the definitions of one resource.

        :param module: what stands before its address
        """
        kind, holes = block.labels[0], evaluator.holes
        try:
            for key, scope, repairs in instances(block, evaluator):
                address = f"{module}{'.'.join(block.labels)}{address_key(key)}"
                if kind in _STACKS:
                    for found in self._stack(block, scope, holes):
                        yield replace(found, part=f"{address}.{found.part}")
                    continue
                pipeline = _Pipeline(block, scope, self.folder, list(repairs))
                read = pipeline.of_blocks() if kind == _DEFINITION else pipeline.of_attributes()
                found = self._definition(address, read, holes, pipeline.repairs)
                yield replace(found, used=frozenset(evaluator.used), part=address)
        except FailedError as error:
            raise UnreadableError(
                self.source, f"{kind} {block.labels[-1]!r} (line {block.line}): {error}", _ADVICE
            ) from None

    def _definition(self, address: str, read: _Read, holes: Holes, repairs: list[Repair]) -> Definition:
        names = names_for(holes.within(read.document), _taken(read.document))
        document = holes.fill(read.document, names)
        dropped: list[Repair] = []
        found = definition_file.read(api_form.to_definition_file(document, self.source, dropped), self.source)
        found = _with_holes(found, names)
        unread = [Repair(name, "cannot be read, so what it says is not known") for name in self.folder.unread]
        name = read.name
        if has_hole(name) or not name:
            name = _name(holes.fill(read.name, {}), address)
            if read.name:
                shown = holes.fill(read.name, {hole: hole.shown for hole in holes.within(read.name)})
                told = f"{shown.replace('#{', '${')!r} is not known here: the pipeline is called {name!r}"
                repairs = [*repairs, Repair("name", told)]
        return replace(
            found,
            repairs=(*repairs, *unread, *dropped, *found.repairs),
            name=name,
            description=holes.fill(read.description, {}),
            tags={key: holes.fill(value, {}) for key, value in (read.tags or {}).items()},
        )

    def _stack(self, block: Block, scope: Evaluator, holes: Holes) -> Iterator[Definition]:
        """Yield the pipelines of a CloudFormation template that Terraform deploys."""
        if "template_body" not in block.attributes:
            return
        body = scope.value(block.attributes["template_body"])
        if holes.whole(body):
            raise FailedError(
                f"its template {without_texts(words(block.attributes['template_body']))} is not known here"
            )
        if "DataPipeline" not in text_of(body):
            return
        values = self._stack_values(block, scope, holes)
        # Which names are free is known when the template has been read.
        first = names_for(holes.within(body), ()).values()
        taken = _taken_in(self._template(text_of(body), holes, values, ()), first)
        for found in self._template(text_of(body), holes, values, taken):
            yield replace(found, used=found.used.union(scope.used))

    def _template(
        self, body: str, holes: Holes, values: Mapping[str, tuple[str, ...]], taken: Collection[str]
    ) -> list[Definition]:
        """Return the pipelines of a template's text.

        :param taken: names that a hole's parameter cannot have
        """
        names = names_for(holes.within(body), taken)
        text = holes.fill(body, names)
        document, repairs = (parse_json if text.lstrip().startswith("{") else parse_yaml)(text, self.source)
        read = (_with_holes(found, names) for found in cloudformation.read(document, self.source, values))
        return [replace(found, repairs=(*repairs, *found.repairs)) for found in read]

    def _stack_values(self, block: Block, scope: Evaluator, holes: Holes) -> dict[str, tuple[str, ...]]:
        values = dict(self.given)
        if "parameters" in block.attributes:
            written = scope.value(block.attributes["parameters"])
            for name, value in elements(written):
                if not has_hole(value):
                    values.setdefault(text_of(name), (text_of(value),))
        return values


@dataclass(frozen=True)
class _Pipeline:
    """One resource, read with the names that hold in it."""

    block: Block
    scope: Evaluator
    folder: Folder
    repairs: list[Repair]

    def of_blocks(self) -> _Read:
        """Return what the AWS provider's blocks say; they are sets, so the order of equal keys is lost."""
        document: dict[str, Any] = {"pipelineObjects": []}
        for kind, (part, inner, items) in _BLOCKS.items():
            for nested, scope in _blocks(self.block, kind, self.scope):
                item = _attributes(nested, scope, _NAMES)
                if inner:
                    entries = [_attributes(b, s, _NAMES) for b, s in _blocks(nested, inner, scope)]
                    item[items] = self._set(entries, str(item.get("id")))
                document.setdefault(part, []).append(item)
        for item in document["pipelineObjects"]:
            self._tell_of_sets(item)
        if "region" in self.block.attributes:
            self.repairs.append(
                Repair(
                    "region", f"the pipeline's region is {self._text('region')!r}: give it to the connections"
                )
            )
        self._tell_of_unread({*_META, "region"}, {*_BLOCKS, "dynamic", "timeouts"})
        return self._joined(document)

    def of_attributes(self) -> _Read:
        """Return what the Cloud Control provider's lists say."""
        document: dict[str, Any] = {"pipelineObjects": []}
        for name, (part, items) in _LISTS.items():
            if name not in self.block.attributes:
                continue
            for written in _list(self.scope.value(self.block.attributes[name]), name):
                item = _renamed(written, name)
                if items:
                    item[items] = [_renamed(field, name) for field in _list(written.get(items), items)]
                document.setdefault(part, []).append(item)
        tags = {}
        for tag in _list(self._value("pipeline_tags"), "pipeline_tags"):
            if not isinstance(tag, dict) or tag.get("key") is None or tag.get("value") is None:
                raise FailedError("an item of pipeline_tags has no key or no value")
            tags[text_of(tag["key"])] = text_of(tag["value"])
        self._tell_of_unread({*_META, *_LISTS, "name", "description", "pipeline_tags", "activate"}, set())
        return _Read(document, self._text("name"), self._text("description"), tags)

    def _joined(self, document: dict[str, Any]) -> _Read:
        """Return a definition with the name, description and tags of the pipeline it is for."""
        node = self.block.attributes.get("pipeline_id")
        reference = self.scope.resource(node) if node is not None else None
        pipeline = None
        if reference is not None and reference.path[0] == _PIPELINE:
            pipeline = self.folder.find("resource", *reference.path)
        if reference is None or pipeline is None:
            place = without_texts(words(node)) if node is not None else "pipeline_id"
            self.repairs.append(
                Repair("pipeline_id", f"{place} is no pipeline of this folder: named after the resource")
            )
            return _Read(document)
        scope = self.scope.of_instance(pipeline, reference.key)
        other = _Pipeline(pipeline, scope, self.folder, self.repairs)
        tags = other._value("tags") or {}
        known = {text_of(key): text_of(value) for key, value in elements(tags)} if not has_hole(tags) else {}
        return _Read(document, other._text("name"), other._text("description"), known)

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

    def _tell_of_unread(self, attributes: set[str], blocks: set[str]) -> None:
        unread = [name for name in self.block.attributes if name not in attributes]
        unread += [block.kind for block in self.block.blocks if block.kind not in {*blocks, *_META}]
        told = (Repair(name, "not a part of a definition: not read") for name in dict.fromkeys(unread))
        self.repairs.extend(told)


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


def _name(known: str, address: str) -> str:
    """Return what to call a pipeline whose name is not known whole: what is known of it, or else its address's words."""
    found = _SEPARATORS.sub(lambda match: match[0][0], known).strip("-_./: ")
    parts = [word for word in _WORD.findall(address) if word not in {*_KINDS, "module"}]
    return found or "_".join(parts)


def _attributes(block: Block, scope: Evaluator, names: Mapping[str, str]) -> dict[str, Any]:
    """Return a block's attributes as the API names them; null is as good as absent."""
    found = {names[name]: scope.value(node) for name, node in block.attributes.items() if name in names}
    return {name: text_of(value) for name, value in found.items() if value is not None}


def _list(value: Value, name: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise FailedError(f"{name} is no list whose elements are known here")
    return value


def _renamed(item: Value, name: str) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise FailedError(f"an item of {name} is no object")
    return {_NAMES[key]: text_of(value) for key, value in item.items() if key in _NAMES and value is not None}


def _taken(document: dict[str, Any]) -> set[str]:
    """Return the names a parameter cannot have: parameters' ids, and fields, which come before parameters."""
    names = {"id", "name", "type"}
    for item in document["pipelineObjects"]:
        names |= {str(entry.get("key")).removeprefix("*") for entry in item.get("fields", ())}
    for part in ("parameterObjects", "parameterValues"):
        names |= {str(item.get("id")).removeprefix("*") for item in document.get(part, ())}
    return names


def _taken_in(definitions: list[Definition], of_holes: Collection[str]) -> set[str]:
    """Return the names that fields and parameters of definitions have, those of holes excepted."""
    fields = {key for found in definitions for item in found.objects.values() for key in item.fields}
    declared = {parameter.id for found in definitions for parameter in found.parameters.values()}
    return {"id", "name", "type"} | {key.removeprefix("*") for key in fields | (declared - set(of_holes))}


def _with_holes(definition: Definition, names: Mapping[Hole, str]) -> Definition:
    """Return a definition with a parameter for each hole, and its value where it is known."""
    parameters = dict(definition.parameters)
    values = dict(definition.values)
    repairs = []
    for hole, name in names.items():
        bare = name.removeprefix("*")
        attributes = {"type": ("String",)} | (
            {"description": (hole.description,)} if hole.description else {}
        )
        parameters[bare] = Parameter(
            bare, starred=hole.secret, description=hole.description, attributes=attributes
        )
        if hole.value is not None:
            values[name] = (hole.value,)
        known = "is a secret" if hole.value is not None else "has no value in this file"
        repairs.append(Repair(hole.shown, f"{known}: it became the parameter {bare!r}"))
    return replace(definition, parameters=parameters, values=values, repairs=(*repairs, *definition.repairs))
