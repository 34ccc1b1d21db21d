"""Knows every type of AWS Data Pipeline and every field that its guide gives it, as data; no code of a type is asked."""

from __future__ import annotations

from datapipeline_converters.catalogue.loading import (
    groups,
    limit,
    parameter_attributes,
    reference_fields,
    regions,
    types,
    types_with_field,
)
from datapipeline_converters.catalogue.specs import (
    CATEGORIES,
    FieldSpec,
    GroupSpec,
    Slot,
    TypeSpec,
    is_user_defined,
)

__all__ = [
    "CATEGORIES",
    "FieldSpec",
    "GroupSpec",
    "Slot",
    "TypeSpec",
    "groups",
    "is_user_defined",
    "limit",
    "parameter_attributes",
    "reference_fields",
    "regions",
    "types",
    "types_with_field",
]
