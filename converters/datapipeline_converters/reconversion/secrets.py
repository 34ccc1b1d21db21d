"""Knows which texts of a definition the base must not remember, wherever they come to stand."""

from __future__ import annotations

from collections.abc import Mapping

from datapipeline_converters.definition import Definition
from datapipeline_converters.passwords import own_name_of_a_secret
from datapipeline_converters.plain_secrets import names_in_secret_fields, typed_passwords


def secret_texts(definition: Definition, given: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    """Return the values of secret fields and of parameters that end in one or are named like one, and all typed passwords.

    :param given: values from files and the command line
    """
    names = names_in_secret_fields(definition, given)
    fields = [(key, values) for item in definition.objects.values() for key, values in item.fields.items()]
    defaults = [(parameter.id, parameter.default) for parameter in definition.parameters.values()]
    return typed_passwords(definition, given) | frozenset(
        value
        for key, values in (*fields, *defaults, *definition.values.items(), *given.items())
        if key.startswith("*") or key in names or own_name_of_a_secret(key)
        for value in values
        if isinstance(value, str) and value
    )
