"""Knows the forms that a definition can be written in."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from datapipeline_converters.definition import Definition
from datapipeline_converters.writers import remarks
from datapipeline_converters.writers.api_form import api_form
from datapipeline_converters.writers.cloudformation import cloudformation
from datapipeline_converters.writers.definition_file import definition_file

FORMS: Mapping[str, Callable[[Definition], dict[str, Any]]] = {
    "cli": definition_file,
    "api": api_form,
    "cloudformation": cloudformation,
}


@dataclass(frozen=True)
class Written:
    """A definition in another form.

    :param text: JSON, in UTF-8 once encoded
    :param remarks: what it does not hold, what AWS would not take, and what secrets it has (their places)
    """

    text: str
    remarks: tuple[str, ...]


def write(definition: Definition, form: str) -> Written:
    """Return a definition in a form.

    :param form: one of `FORMS`; for CloudFormation the definition has a name
    """
    document = FORMS[form](definition)
    found = [*remarks.dropped(definition, form), *remarks.beyond_limits(definition, document, form)]
    if places := remarks.starred(definition):
        found.append(f"secrets in plain text ({', '.join(places)}): keep it out of version control")
    return Written(json.dumps(document, indent=2, ensure_ascii=False) + "\n", tuple(found))
