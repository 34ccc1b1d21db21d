"""The words in which the catalogue speaks of types, fields and groups."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Slot: TypeAlias = Literal[
    "String", "Integer", "Double", "Boolean", "Period", "DateTime", "Enumeration", "Reference Object"
]
Required: TypeAlias = Literal["always", "one_of", "conditional", "optional"]

# The words that `ref_types` has beside type names, and the category whose types each stands for; Any stands for all.
CATEGORIES: Mapping[str, str] = {
    "Action": "action",
    "Activity": "activity",
    "DataNode": "data_node",
    "Database": "database",
    "Precondition": "precondition",
    "Resource": "resource",
}
_USER_DEFINED = re.compile(r"my[A-Z_].*", re.DOTALL)


def is_user_defined(key: str) -> bool:
    """Tell whether a field is the user's own: any object may have it (dp-writing-pipeline-definition)."""
    return bool(_USER_DEFINED.fullmatch(key))


@dataclass(frozen=True)
class FieldSpec:
    """One field of a type. Any value may hold an expression, unless the slot is a reference.

    :param name: its key, with the star of a secret
    :param slot: what its values are; for terminateAfter what real definitions need
    :param guide_slot: what the guide prints for it, where that is something else
    :param ref_types: for a reference, the names of types or of `CATEGORIES` that it may lead to, or Any
    :param enum: the values there are; empty where the guide leaves it open
    :param required: judged after inheritance; conditional: the guide asks for it, definitions do without
    :param group: the group of which one member is needed, where `required` is one_of
    :param array: whether it takes several values
    :param secure: whether its value is kept encrypted
    :param forbidden: whether the guide lists it only to say that this type cannot have it
    :param invocation: whether it is needed unless the pipeline runs on demand
    :param default: what holds where it is not set, None where that is no fixed text
    :param default_note: what holds then, in words; never a value
    :param documented: whether it stands in the guide's tables, and not in examples or older editions only
    :param text: what it means
    """

    name: str
    slot: Slot
    guide_slot: str = ""
    ref_types: tuple[str, ...] = ()
    enum: tuple[str, ...] = ()
    required: Required = "optional"
    group: str = ""
    array: bool = False
    secure: bool = False
    forbidden: bool = False
    invocation: bool = False
    default: str | None = None
    default_note: str = ""
    documented: bool = True
    text: str = ""

    @property
    def is_reference(self) -> bool:
        """Tell whether its values are references to other objects."""
        return self.slot == "Reference Object"

    def accepts(self, target: TypeSpec) -> bool:
        """Tell whether a reference here may lead to an object of a type."""
        return any(
            word in {"Any", target.name} or CATEGORIES.get(word) == target.category for word in self.ref_types
        )


@dataclass(frozen=True)
class GroupSpec:
    """Fields of which a type needs one.

    :param members: the fields; a type has those of them that its own fields name
    :param several: whether more than one may be given
    """

    name: str
    members: tuple[str, ...]
    rule: str
    several: bool


@dataclass(frozen=True)
class TypeSpec:
    """One type.

    :param category: data_node, activity, resource, precondition, database, data_format, action, schedule, utility, default
    :param page: the page of the AWS Data Pipeline Developer Guide
    :param managed: for a precondition, who checks it: system or user
    :param fields: every field by its name; `id`, `name` and `type`, which all have, are not among them
    :param runtime_fields: what the service fills in on instances and attempts, for expressions
    """

    name: str
    category: str
    page: str
    summary: str
    managed: str = ""
    fields: Mapping[str, FieldSpec] = field(default_factory=dict)
    runtime_fields: frozenset[str] = frozenset()
