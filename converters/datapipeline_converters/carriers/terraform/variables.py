"""Reads the files in which Terraform's users keep the values of their variables: terraform.tfvars."""

from __future__ import annotations

import json
from typing import Any

from datapipeline_converters.carriers.terraform.evaluate import Evaluator
from datapipeline_converters.carriers.terraform.folder import Folder
from datapipeline_converters.carriers.terraform.functions import FailedError, Value, text_of
from datapipeline_converters.carriers.terraform.holes import Holes, has_hole
from datapipeline_converters.carriers.terraform.syntax import parse_file
from datapipeline_converters.errors import UnreadableError


def read_variables(text: str, source: str) -> dict[str, Any]:
    """Return values by name: a text, a list of texts, or JSON for what has parts with names.

    :param source: the file's name, for messages
    :raises UnreadableError: when it is not Terraform's language, or a value is not written out
    """
    top = parse_file(text, source)
    evaluator = Evaluator(Folder(None, top), source, {}, Holes())
    values = {}
    for name, node in top.attributes.items():
        try:
            value = evaluator.value(node)
            if has_hole(value):
                raise FailedError("is not written out")
            values[name] = _given(value)
        except FailedError as error:
            raise UnreadableError(source, f"the value of {name}: {error}", "Write it out.") from None
    return values


def _given(value: Value) -> Any:
    if value is None:
        return None
    if isinstance(value, list) and not any(isinstance(item, list | dict) for item in value):
        return [text_of(item) for item in value]
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else text_of(value)
