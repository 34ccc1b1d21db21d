"""Finds definitions that lie inside of something else: an answer within an answer, several by key, JSON or YAML within a text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from datapipeline_converters.carriers import api_form, cloudformation
from datapipeline_converters.carriers.json_text import parse_json
from datapipeline_converters.carriers.yaml_document import parse_yaml
from datapipeline_converters.definition import Repair
from datapipeline_converters.errors import UnreadableError

# So deep a definition is looked for, and so many are read.
_DEEPEST = 5
_MOST = 1000
_NAMES = ("name", "pipelineName", "Name", "PipelineName")
_IDS = ("pipelineId", "PipelineId", "pipeline_id")


@dataclass(frozen=True)
class Wrapped:
    """A definition within a file.

    :param path: the keys and places that lead to it, with dots
    :param document: what stands there
    :param name: the pipeline's name, where something beside it says so, or several are told apart by key
    :param pipeline_id: df-..., where something beside it or its key says so
    :param repairs: what was set right on the way to it
    """

    path: str
    document: Any
    name: str
    pipeline_id: str
    repairs: tuple[Repair, ...] = ()


def wrapped(document: Any, source: str) -> list[Wrapped]:
    """Return the definitions within a parsed file that is none itself, in its order.

    :param source: the file's name, for messages
    """
    found = []
    for item in _within(document, (), "", "", source, ()):
        found.append(item)
        if len(found) > _MOST:
            raise UnreadableError(source, f"more than {_MOST:,} definitions in it", "Give some at a time.")
    return found


def _within(
    value: Any, path: tuple[str, ...], name: str, pipeline_id: str, source: str, repairs: tuple[Repair, ...]
) -> Iterator[Wrapped]:
    if len(path) > _DEEPEST:
        return
    if isinstance(value, str):
        if "bjects" not in value:
            return
        is_json = value.lstrip().startswith(("{", "[", '"'))
        if not is_json and "AWS::DataPipeline::Pipeline" not in value:
            return
        try:
            value, mended = (parse_json if is_json else parse_yaml)(value, source)
        except UnreadableError:
            return
        form = "JSON" if is_json else "YAML"
        told = Repair(".".join(path) or "file", f"{form} within a text: read as what it says")
        yield from _within(value, (*path, "text"), name, pipeline_id, source, (*repairs, told, *mended))
        return
    if path and _is_definition(value):
        yield Wrapped(".".join(step for step in path if step != "text"), value, name, pipeline_id, repairs)
        return
    if isinstance(value, dict):
        name = _said(value, _NAMES) or name
        said = _said(value, _IDS)
        pipeline_id = (
            said if said.startswith("df-") else pipeline_id
        )  # else an expression of the tool around it
        steps = [(str(key), item) for key, item in value.items()]
        is_keyed = sum(_is_definition(item) for _, item in steps) > 1
    elif isinstance(value, list):
        steps = [(str(number), item) for number, item in enumerate(value, start=1)]
        is_keyed = False
    else:
        return
    for key, item in steps:
        own_name = key if is_keyed else name
        own_id = key if key.startswith("df-") else pipeline_id
        yield from _within(item, (*path, key), own_name, own_id, source, repairs)


def _is_definition(value: Any) -> bool:
    """Tell whether a value is a definition for certain: objects with ids, or a template that makes pipelines."""
    if isinstance(value, list):
        return api_form.has_fields(value)
    if not isinstance(value, dict):
        return False
    for key in ("objects", "pipelineObjects", "PipelineObjects", "pipeline_objects"):
        items = value.get(key)
        if isinstance(items, list) and items:
            return all(isinstance(item, dict) and ("id" in item or "Id" in item) for item in items)
    return cloudformation.is_template(value) and "AWS::DataPipeline::Pipeline" in str(value)


def _said(item: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    return next((item[key] for key in keys if isinstance(item.get(key), str)), "")
