"""Finds the resources that make pipelines in Terraform, and gives the definitions of their instances."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from datapipeline_converters.carriers import api_form, cloudformation, definition_file
from datapipeline_converters.carriers.json_text import parse_json
from datapipeline_converters.carriers.terraform.calls import Call, calls_of
from datapipeline_converters.carriers.terraform.documents import Document, PipelineResource
from datapipeline_converters.carriers.terraform.evaluate import Evaluator
from datapipeline_converters.carriers.terraform.folder import Folder, open_folder
from datapipeline_converters.carriers.terraform.functions import FailedError, elements, text_of
from datapipeline_converters.carriers.terraform.holes import Hole, Holes, has_hole, names_for, without_texts
from datapipeline_converters.carriers.terraform.instances import address_key, instances
from datapipeline_converters.carriers.terraform.resources import CLOUD_CONTROL, DEFINITION, PIPELINE
from datapipeline_converters.carriers.terraform.syntax import Block, words
from datapipeline_converters.carriers.yaml_document import parse_yaml
from datapipeline_converters.definition import Definition, Parameter, Repair
from datapipeline_converters.errors import NoDefinitionError, UnreadableError

_STACKS = frozenset(
    {"aws_cloudformation_stack", "aws_cloudformation_stack_set", "awscc_cloudformation_stack"}
)
_KINDS = frozenset({DEFINITION, PIPELINE, CLOUD_CONTROL, *_STACKS})
_WORD = re.compile(r"[\w-]+")
# What stood on both sides of a value that is not known.
_SEPARATORS = re.compile(r"[-_./: ]{2,}")
_ADVICE = "Give the values it needs with --set NAME=VALUE, or write it out."


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
        names = {
            block.labels[0]: block.labels[-1] for block in self.folder.own.of("resource") if block.labels
        }
        if not names.keys().isdisjoint({DEFINITION, CLOUD_CONTROL}):
            return (
                "`count` or `for_each` makes none of its pipelines",
                "Give other values with --set NAME=VALUE.",
            )
        if PIPELINE not in names:
            return "Terraform without pipelines", "Give the file that has them."
        return (
            f"the pipeline {names[PIPELINE]!r} has no definition in this file",
            f"Give the file with its {DEFINITION}, or pull the definition from the account.",
        )

    def definitions(self, block: Block) -> Iterator[Definition]:
        """Yield the definitions that one resource makes; with `count` or `for_each` there may be several."""
        kind = block.labels[0]
        if kind == PIPELINE:
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
                pipeline = PipelineResource(block, scope, self.folder, list(repairs))
                read = pipeline.of_blocks() if kind == DEFINITION else pipeline.of_attributes()
                found = self._definition(address, read, holes, pipeline.repairs)
                yield replace(found, used=frozenset(evaluator.used), part=address)
        except FailedError as error:
            raise UnreadableError(
                self.source, f"{kind} {block.labels[-1]!r} (line {block.line}): {error}", _ADVICE
            ) from None

    def _definition(self, address: str, read: Document, holes: Holes, repairs: list[Repair]) -> Definition:
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


def _name(known: str, address: str) -> str:
    """Return what to call a pipeline whose name is not known whole: what is known of it, or else its address's words."""
    found = _SEPARATORS.sub(lambda match: match[0][0], known).strip("-_./: ")
    parts = [word for word in _WORD.findall(address) if word not in {*_KINDS, "module"}]
    return found or "_".join(parts)


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
