"""Reads the catalogue's file, once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from datapipeline_converters.catalogue.specs import FieldSpec, GroupSpec, TypeSpec


def types() -> Mapping[str, TypeSpec]:
    """Return every type there is by its name, `Default` included."""
    return _types()


def groups() -> Mapping[str, GroupSpec]:
    """Return the groups of fields of which a type needs one, by name."""
    return _groups()


def limit(name: str) -> int:
    """Return a limit of the service that is a number (dp-limits), objects_per_pipeline say."""
    return int(_document()["limits"][name]["value"])


def regions() -> tuple[str, ...]:
    """Return the region codes that the guide knows; there are newer ones."""
    return tuple(_document()["regions"])


@cache
def parameter_attributes() -> Mapping[str, FieldSpec]:
    """Return the attributes of a parameter object by name, its id included (dp-custom-templates)."""
    return {name: _field(name, spec) for name, spec in _document()["parameter_attributes"].items()}


@cache
def types_with_field(key: str) -> tuple[str, ...]:
    """Return the names of the types that have a field, sorted; a field that a type must not have does not count."""
    return tuple(
        sorted(
            spec.name
            for spec in types().values()
            if spec.category != "default" and key in spec.fields and not spec.fields[key].forbidden
        )
    )


@cache
def reference_fields() -> frozenset[str]:
    """Return the names of the fields that hold references, whatever the object's type."""
    return frozenset(
        field.name for spec in types().values() for field in spec.fields.values() if field.is_reference
    )


@cache
def _document() -> Mapping[str, Any]:
    text = files(__package__).joinpath("catalogue.json").read_text(encoding="utf-8")
    document: Mapping[str, Any] = json.loads(text)
    return document


@cache
def _types() -> Mapping[str, TypeSpec]:
    document = _document()
    shared = {name: _field(name, spec) for name, spec in document["fields"].items()}
    return MappingProxyType(
        {
            name: TypeSpec(
                name=name,
                category=spec["category"],
                page=spec["page"],
                summary=spec["summary"],
                managed=spec.get("managed", ""),
                fields=MappingProxyType(
                    {
                        **{key: shared[key] for key in spec["shared"]},
                        **{key: _field(key, item) for key, item in spec.get("fields", {}).items()},
                    }
                ),
                runtime_fields=frozenset(
                    (
                        *document["runtime_fields"]["all"],
                        *(document["runtime_fields"]["runnable"] if spec.get("runnable") else ()),
                        *spec.get("runtime_fields", ()),
                    )
                ),
            )
            for name, spec in document["types"].items()
        }
    )


@cache
def _groups() -> Mapping[str, GroupSpec]:
    return {
        name: GroupSpec(name, tuple(spec["members"]), spec["rule"], several="at least" in spec["rule"])
        for name, spec in _document()["groups"].items()
    }


def _field(name: str, spec: Mapping[str, Any]) -> FieldSpec:
    return FieldSpec(
        name=name,
        slot=spec["slot"],
        guide_slot=spec.get("guide_slot", ""),
        ref_types=tuple(spec.get("ref_types", ())),
        enum=tuple(spec.get("enum", ())),
        required="one_of" if "group" in spec else spec.get("required", "optional"),
        group=spec.get("group", ""),
        array=spec.get("array", False),
        secure=spec.get("secure", False),
        forbidden=spec.get("forbidden", False),
        invocation=spec.get("invocation", False),
        default=spec.get("default"),
        default_note=spec.get("default_note", ""),
        documented="source" not in spec,
        text=spec.get("text", ""),
    )
