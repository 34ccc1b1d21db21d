"""Counts the fields of a raw file of any form, knowing nothing of the readers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

# An object's or parameter's id, the field, and whether it is a parameter's.
Field = tuple[str, str, bool]

_TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")
_LISTS = {
    False: ("objects", "pipelineObjects", "PipelineObjects", "pipeline_object", "pipeline_objects"),
    True: ("parameters", "parameterObjects", "ParameterObjects", "parameter_object", "parameter_objects"),
}
_FIELDS = ("fields", "Fields", "field", "attributes", "Attributes", "attribute")
_NO_FIELDS = {False: {"id", "name", "type"}, True: {"id"}}


class _Loader(yaml.SafeLoader):
    """Reads short tags of CloudFormation as what stands behind them."""


def _behind_tag(loader: yaml.SafeLoader, _: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)  # type: ignore[arg-type]


_Loader.add_multi_constructor("!", _behind_tag)  # type: ignore[no-untyped-call]


def raw_fields(path: Path) -> set[Field]:
    """Return the fields of all objects and the attributes of all parameters in a file."""
    text = path.read_text(encoding="utf-8-sig")
    if path.suffix == ".tf":
        import hcl2

        options = hcl2.SerializationOptions(strip_string_quotes=True)
        return set(_in_tree(hcl2.loads(text, serialization_options=options)))
    if path.suffix in {".yaml", ".yml"}:
        return set(_in_tree(yaml.load(text, _Loader)))
    return set(_in_tree(json.loads(_TRAILING_COMMA.sub("", text), strict=False)))


def _in_tree(tree: Any) -> Iterator[Field]:
    """Yield the fields of every list of objects, wherever it is."""
    if isinstance(tree, list):
        for item in tree:
            yield from _in_tree(item)
    if not isinstance(tree, dict):
        return
    for is_parameter, names in _LISTS.items():
        for name in names:
            if isinstance(tree.get(name), list):
                for item in tree[name]:
                    yield from _of_item(item, is_parameter=is_parameter)
    for value in tree.values():
        yield from _in_tree(value)


def _of_item(item: dict[str, Any], *, is_parameter: bool) -> Iterator[Field]:
    owner = str(item.get("id", item.get("Id", "Default")))
    entries = next((item[name] for name in _FIELDS if isinstance(item.get(name), list)), None)
    keys = [entry.get("key", entry.get("Key")) for entry in entries] if entries is not None else []
    keys += [key for key in item if key not in {*_FIELDS, "__is_block__"}] if entries is None else []
    for key in keys:
        if key.lower() not in _NO_FIELDS[is_parameter] or (key in {"Id", "Name"} and entries is not None):
            yield owner, key, is_parameter
