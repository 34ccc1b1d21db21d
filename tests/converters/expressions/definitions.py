"""Binds a text as a real definition has it: objects, inheritance, parameters and all."""

from __future__ import annotations

from typing import Any

from datapipeline_converters.carriers import definition_file
from datapipeline_converters.expressions import Template
from datapipeline_converters.model import Model
from datapipeline_converters.modelling import model_of
from datapipeline_converters.options import Options
from datapipeline_converters.scope import Scope


def model(*objects: dict[str, Any], **rest: Any) -> Model:
    """Return what a definition is before anything is planned.

    :param objects: as in a definition file
    :param rest: its `parameters` and `values`
    """
    return model_of(definition_file.read({"objects": list(objects), **rest}, "x.json"), Options())


def bound(model: Model, owner: str, text: str, *referrers: str, late: bool = True) -> Template:
    """Return a text as a field of an object has it.

    :param owner: the object's id
    :param referrers: ids of the object that refers to it, of what refers to that, and so on
    """
    objects = model.objects
    scope = Scope(model, objects[owner], tuple(objects[referrer] for referrer in referrers), late)
    return scope.bind(text)
