"""Knows the sections of a CloudFormation template, and the values that are given for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from datapipeline_converters.carriers.json_text import Repeated
from datapipeline_converters.carriers.shapes import kind
from datapipeline_converters.errors import UnreadableError

PIPELINE = "AWS::DataPipeline::Pipeline"
# `${name}`, or `$${name}` where the other tool is to leave it alone.
PLACEHOLDER = re.compile(r"\$(\$?)\{([A-Za-z_]\w*)\}")
# The Serverless Framework's own: they say where the value comes from, as neither CloudFormation's nor a shell's do.
SERVERLESS = re.compile(
    r"\$\{((?:(?:self|opt|env|sls|param|ssm|cf|s3|aws|git)(?:[.(][^{}:]*)?:[A-Za-z_/~$]|file\()"
    r"(?:[^{}]|\$\{[^{}]*\})*)\}"
)
PROCESSED = "Give the processed template: `aws cloudformation get-template --template-stage Processed`."
# Transforms that change nothing about a pipeline.
_HARMLESS = frozenset(
    {"AWS::LanguageExtensions", "AWS::Serverless-2016-10-31", "AWS::SecretsManager-2020-07-23"}
)


@dataclass(frozen=True)
class Template:
    """The sections of a template that decide about its pipelines; each by name.

    :param source: the file's name, for messages
    :param is_fragment: whether the resources stand there without the rest of a template
    :param has_placeholders: whether another tool, such as Terraform's `templatefile`, puts values for `${name}` into the
        text before CloudFormation sees it
    :param unread: what CloudFormation would make more of, a sentence each
    """

    source: str
    parameters: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    mappings: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    conditions: Mapping[str, Any] = field(default_factory=dict)
    resources: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    is_fragment: bool = False
    has_placeholders: bool = False
    unread: tuple[str, ...] = ()

    @property
    def pipelines(self) -> dict[str, dict[str, Any]]:
        """The resources that are pipelines, by logical id."""
        return {name: item for name, item in self.resources.items() if item.get("Type") == PIPELINE}


def is_template(document: Any) -> bool:
    """Tell whether a parsed file is a CloudFormation template, with pipelines or without, or its resources alone."""
    if not isinstance(document, dict):
        return False
    return (
        "AWSTemplateFormatVersion" in document
        or _has_resources(document.get("Resources"))
        or _is_fragment(document)
    )


def read_template(document: dict[str, Any], source: str) -> Template:
    """Return the sections of a template.

    :raises UnreadableError: when one is not what it has to be
    """
    if _is_fragment(document):
        document = {"Resources": document}
        return Template(source, resources=_section(document, "Resources", source), is_fragment=True)
    if "Resources" not in document:
        raise UnreadableError(
            source, "a CloudFormation template without `Resources`", "Give the whole template."
        )
    return Template(
        source,
        _section(document, "Parameters", source),
        _section(document, "Mappings", source),
        _section(document, "Conditions", source, items=False),
        _section(document, "Resources", source),
        has_placeholders=_has_placeholders(document),
        unread=tuple(_unread(document)),
    )


def _has_placeholders(document: dict[str, Any]) -> bool:
    """Tell whether there are placeholders where CloudFormation and a shell have none: in a name or a description."""
    resources = document["Resources"].values() if isinstance(document["Resources"], dict) else ()
    properties = [
        item.get("Properties")
        for item in resources
        if isinstance(item, dict) and item.get("Type") == PIPELINE
    ]
    texts = [
        item.get(key) for item in properties if isinstance(item, dict) for key in ("Name", "Description")
    ]
    return any(isinstance(text, str) and PLACEHOLDER.search(text) for text in texts)


def _unread(document: dict[str, Any]) -> Iterator[str]:
    """Yield what makes more of a template than it says."""
    written = document.get("Transform", [])
    names = [item for item in (written if isinstance(written, list) else [written]) if isinstance(item, str)]
    for name in names:
        if name not in _HARMLESS:
            yield f"Transform {name}: what it changes is known to CloudFormation alone"
    for key in ("Mappings", "Conditions", "Resources"):
        for name in document.get(key) or {}:
            if _is_made(name):
                yield f"{key}.{name}: what it makes is known to CloudFormation alone"


def _is_made(name: str) -> bool:
    return name.startswith("Fn::ForEach::") or name == "Fn::Transform"


def _has_resources(section: Any) -> bool:
    return isinstance(section, dict) and any(
        _is_made(name)
        or (isinstance(item, dict) and isinstance(item.get("Type"), str) and "::" in item["Type"])
        for name, item in section.items()
    )


def _is_fragment(document: dict[str, Any]) -> bool:
    return "Resources" not in document and any(
        isinstance(item, dict) and item.get("Type") == PIPELINE for item in document.values()
    )


def _section(document: dict[str, Any], key: str, source: str, *, items: bool = True) -> dict[str, Any]:
    """Return a section by name; what is made of it by a transform is not to be had."""
    section = document.get(key)
    if section is None:
        return {}
    if not isinstance(section, dict):
        raise UnreadableError(source, f"`{key}` is {kind(section)}, not an object", "Correct it.")
    for name, item in section.items():
        if _is_made(name):
            if "AWS::DataPipeline::" in str(item):
                fault = f"`{name}` makes pipelines, and what it makes is known to CloudFormation alone"
                raise UnreadableError(source, fault, PROCESSED)
            continue
        if isinstance(item, Repeated) or (items and not isinstance(item, dict)):
            raise UnreadableError(source, f"`{key}.{name}` is {kind(item)}, not an object", "Correct it.")
    return {name: item for name, item in section.items() if not _is_made(name)}


class GivenValues:
    """The values that a user gives for a template, and which of them are its own."""

    def __init__(self, given: Mapping[str, tuple[str, ...]]) -> None:
        self._values = {name.removeprefix("*"): values for name, values in given.items()}
        self._starred = {name[1:] for name in given if name.startswith("*")}
        self.used: set[str] = set()
        """The names of values that the template has taken."""

    def take(self, *names: str) -> tuple[str, ...] | None:
        """Return the values given for the first of these names that has some."""
        for name in names:
            if name in self._values:
                self.used.add(name)
                return self._values[name]
        return None

    def has(self, *names: str) -> bool:
        """Tell whether a value was given for one of these names."""
        return any(name in self._values for name in names)

    def is_starred(self, *names: str) -> bool:
        """Tell whether a value was given with a star, which makes a secret of it."""
        return not self._starred.isdisjoint(names)
