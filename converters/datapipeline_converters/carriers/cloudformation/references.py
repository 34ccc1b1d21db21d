"""Knows what `Ref` and `Fn::GetAtt` give: a template's parameters, CloudFormation's own, and resources with a name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from datapipeline_converters.carriers.cloudformation.resources import ATTRIBUTES, NAMES, REFERENCES
from datapipeline_converters.carriers.cloudformation.texts import (
    NO_VALUE,
    Hole,
    ObjectRef,
    Text,
    UnknownList,
    joined,
    text_of,
    word,
)
from datapipeline_converters.passwords import masked, named_like_a_secret

if TYPE_CHECKING:
    from datapipeline_converters.carriers.cloudformation.resolver import Resolver

_PSEUDO = frozenset(
    f"AWS::{name}"
    for name in ("AccountId", "NotificationARNs", "Partition", "Region", "StackId", "StackName", "URLSuffix")
)
# What a region's name begins with, where its ARNs and host names are not the usual ones.
_PARTITIONS = (("cn-", "aws-cn", "amazonaws.com.cn"), ("us-gov-", "aws-us-gov", "amazonaws.com"))
_USUAL = ("", "aws", "amazonaws.com")


def reference(resolver: Resolver, name: str, place: str) -> Any:
    """Return what `Ref` of a name gives.

    What the template does not name may be an object of the pipeline: some templates mix the two up.
    """
    template = resolver.template
    if name == "AWS::NoValue":
        return NO_VALUE
    if name in template.parameters:
        return _parameter(resolver, name, place)
    if name in _PSEUDO:
        return _pseudo(resolver, name)
    if name in template.resources:
        return _resource(resolver, name, place)
    if name in resolver.object_ids:
        resolver.note(
            place, f"`Ref` of {name!r}, which is an object of the pipeline: read as a reference to it"
        )
        return ObjectRef(name)
    if "#{" in name:
        resolver.note(place, "`Ref` of an expression of Data Pipeline: read as the text")
        return name
    return resolver.undeclared(name, place)


def attribute(resolver: Resolver, logical: str, key: str, place: str) -> Any:
    """Return what `Fn::GetAtt` of a resource gives."""
    resource = resolver.template.resources.get(logical)
    if resource is None:
        return resolver.undeclared(f"{logical}.{key}", place)
    own = f"{logical}.{key}"
    hole = Hole(word(own), f"attribute {key} of the resource {logical} ({resource.get('Type')})", own)
    made = None
    if not resolver.given.has(own, hole.name):
        made = _physical(resolver, logical, ATTRIBUTES.get((resource.get("Type", ""), key)), place)
    return made or resolver.fill(hole, own)


@dataclass(frozen=True)
class _Declared:
    """A parameter as the template declares it.

    :param origin: what its value is, for people
    :param default: the values that hold when none is given, None where there are none
    """

    name: str
    origin: str
    is_list: bool
    secret: bool
    choices: tuple[str, ...]
    default: tuple[str, ...] | None

    def split(self, values: tuple[str, ...]) -> tuple[str, ...]:
        """Return the items of a list that was written as one text."""
        if not self.is_list or len(values) != 1:
            return values
        return tuple(item.strip() for item in values[0].split(",")) if values[0] else ()

    def hole(self, value: str | None = None) -> Hole:
        """Return what stands for it in a text."""
        return Hole(
            word(self.name),
            self.origin,
            self.name,
            self.secret,
            value,
            is_list=self.is_list and value is None,
            choices=self.choices if value is None else (),
        )


def _declared(resolver: Resolver, name: str) -> _Declared:
    written = resolver.template.parameters[name]
    sort = str(written.get("Type", "String"))
    secret = (
        str(written.get("NoEcho", "")).lower() in {"true", "yes", "on"}
        or named_like_a_secret(name)
        or resolver.given.is_starred(name)
    )
    origin = f"the template's parameter {name}"
    default = _texts(resolver, name, "Default") if "Default" in written else None
    if default is not None and sort.startswith("AWS::SSM::Parameter"):
        origin, default = f"{origin}, the value of the Systems Manager parameter {default[0]!r}", None
    if secret and default == ("",):  # a place for a password is no password
        default = None
    return _Declared(
        name,
        origin,
        is_list=any(mark in sort for mark in ("List<", "CommaDelimitedList")),
        secret=secret,
        choices=_texts(resolver, name, "AllowedValues"),
        default=default,
    )


def _parameter(resolver: Resolver, name: str, place: str) -> Any:
    declared = _declared(resolver, name)
    given = resolver.given.take(name)
    found = declared.default if given is None else given
    if found is None:
        hole = declared.hole()
        return UnknownList(hole) if hole.is_list else Text((hole,))
    values = declared.split(found)
    _check(resolver, declared, values, place)
    whence = "its default" if given is None else "its value as it was given"
    if declared.secret:
        resolver.note(name, f"{declared.origin} is a secret: {whence} is a parameter of its own, with a star")
        text = Text((declared.hole(",".join(values)),))
        return [text] if declared.is_list else text
    # What it is stays unsaid: it may end where a password stands.
    advice = f"; to have another, convert again with --set {name}=..." if given is None else ""
    resolver.note(name, f"{declared.origin}: {whence} was put in{advice}")
    texts = [resolver.value(value, name) if given is None else value for value in values]
    return texts if declared.is_list or len(texts) != 1 else texts[0]


def _texts(resolver: Resolver, name: str, key: str) -> tuple[str, ...]:
    """Return what a parameter's declaration says under a key, as texts; none where it says nothing."""
    written = resolver.template.parameters[name].get(key)
    items = [] if written is None else written if isinstance(written, list) else [written]
    place = f"Parameters.{name}.{key}"
    return tuple(text_of(resolver.unquoted(item, place)).known or "" for item in items)


def _check(resolver: Resolver, declared: _Declared, values: tuple[str, ...], place: str) -> None:
    """Note a value that CloudFormation would refuse."""
    wrong = [value for value in values if declared.choices and value not in declared.choices]
    if wrong:
        shown = "the value" if declared.secret else masked(repr(wrong[0]))
        allowed = "the allowed values" if declared.secret else masked(", ".join(map(repr, declared.choices)))
        resolver.problem(place, f"{shown} of {declared.origin} is not one of {allowed}.")


def _pseudo(resolver: Resolver, name: str) -> Any:
    if name in {"AWS::Partition", "AWS::URLSuffix"} and not resolver.given.has(name, word(name)):
        region = resolver.given.take("AWS::Region", "AWS_Region")
        if region is not None:
            found = next((row for row in _PARTITIONS if region[0].startswith(row[0])), _USUAL)
            return found[1 if name == "AWS::Partition" else 2]
    is_list = name == "AWS::NotificationARNs"
    return resolver.fill(Hole(word(name), f"CloudFormation's {name}", name, is_list=is_list), name)


def _resource(resolver: Resolver, logical: str, place: str) -> Any:
    sort = str(resolver.template.resources[logical].get("Type"))
    made = None
    if not resolver.given.has(logical):
        row = REFERENCES.get(sort) or ((NAMES[sort], "{}") if sort in NAMES else None)
        made = _physical(resolver, logical, row, place)
    return made or resolver.fill(Hole(word(logical), f"the resource {logical} ({sort})", logical), logical)


def _physical(resolver: Resolver, logical: str, row: tuple[str, str] | None, place: str) -> str | Text | None:
    """Return a name that the template gives to a resource, or what is made of it; None where it does not say.

    :param row: the property that has the name, and what is made of it
    """
    properties = resolver.template.resources[logical].get("Properties")
    if row is None or not isinstance(properties, dict) or row[0] not in properties:
        return None
    with resolver.inside(f"resource {logical}", place):
        name = resolver.value(properties[row[0]], f"{logical}.{row[0]}")
    if not isinstance(name, str | Text):
        return None
    own = text_of(name).holes
    # Literals stand at even positions, what is put between them at odd ones.
    pieces = re.split(r"\{(\w*)\}", row[1])
    made = joined(
        text_of(piece if number % 2 == 0 else _pseudo(resolver, f"AWS::{piece}") if piece else name)
        for number, piece in enumerate(pieces)
    )
    if any(hole not in own for hole in text_of(made).holes):
        return None  # account or region: one value to give is better than two
    resolver.note(logical, f"the resource's {row[0]} was put in, as the template says it")
    return made
