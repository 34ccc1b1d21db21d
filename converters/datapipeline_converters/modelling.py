"""Makes the model of a definition: what it is once inheritance and values are applied."""

from __future__ import annotations

from collections.abc import Mapping

from datapipeline_converters.definition import Definition
from datapipeline_converters.inheritance import inherit
from datapipeline_converters.model import Model
from datapipeline_converters.names import pipeline_name
from datapipeline_converters.options import Options
from datapipeline_converters.parameters import Parameters
from datapipeline_converters.plain_secrets import names_in_secret_fields, typed_secrets


def model_of(definition: Definition, options: Options, faults: Mapping[str, str] | None = None) -> Model:
    """Return what a definition is once inheritance and values are applied, with nothing planned yet.

    :param faults: what is wrong with objects that are to stand there as what cannot be converted, by object id
    """
    objects, circles = inherit(definition)
    # What the reader has put in may have the name of another parameter, the pipeline's own.
    given = {
        name: values
        for name, values in options.values.items()
        if name.removeprefix("*") not in definition.used
    }
    secret = names_in_secret_fields(definition, given)
    parameters = Parameters(definition, given, secret, typed_secrets(definition, given))
    stem = options.name or definition.name or definition.source.rpartition(".")[0] or "pipeline"
    name = pipeline_name(stem, options.environment)
    environment = options.environment or ""
    model = Model(
        name,
        definition.source,
        objects,
        parameters,
        environment,
        faults=faults or {},
        choices=options.choices,
        description=" ".join(parameters.masked(definition.description).split()),
        own_tags=definition.tags,
    )
    options.choices.check(name, {item.id: item.type or "" for item in objects.values()})
    model.refuse(*definition.problems, *circles, *parameters.problems())
    return model
