"""Makes the RunJobFlow request of a cluster of what an operator was given, once templates are rendered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from datapipeline_provider.emr import commas
from datapipeline_provider.emr.errors import EmrFailError
from datapipeline_provider.operators._common import flat

_TRUTH = {"true": True, "false": False}
# Rendered texts are texts, also where EMR takes a number.
_READ: Mapping[str, tuple[Callable[[str], Any], str]] = {
    "integer": (int, "a whole number"),
    "long": (int, "a whole number"),
    "float": (float, "a number"),
    "double": (float, "a number"),
    "boolean": (lambda text: _TRUTH[text.lower()], "true or false"),
}


class RequestError(EmrFailError):
    """A setting of the cluster is not what EMR takes there."""

    def __init__(self, place: str, value: object, wanted: str) -> None:
        super().__init__(f"job_flow_overrides: {place} is {value!r}; it has to be {wanted}.")


def build(
    overrides: Mapping[str, Any],
    name: str,
    applications: Iterable[object],
    bootstrap_actions: Iterable[object],
    shape: Any,
) -> dict[str, Any]:
    """Return the request of a cluster that waits for steps until it is terminated.

    :param overrides: RunJobFlow's parameters; texts stand for numbers and truth values too, and what is None or "" is
        left out
    :param applications: `name,argument,...` each, as Data Pipeline has them; lists inside are flattened
    :param bootstrap_actions: `script,argument,...` each
    :param shape: botocore's description of the request
    :raises RequestError: if a value cannot be what EMR takes in its place
    """
    given = dict(overrides) | {"Name": name}
    given["Instances"] = {"KeepJobFlowAliveWhenNoSteps": True} | dict(given.get("Instances") or {})
    given["Applications"] = [*_list(given, "Applications"), *map(_application, _split(applications))]
    actions = map(_bootstrap_action, _split(bootstrap_actions))
    given["BootstrapActions"] = [*_list(given, "BootstrapActions"), *actions]
    if not given["Applications"] and "ReleaseLabel" not in given:
        del given["Applications"]  # images before EMR 4 refuse it
    fitted: dict[str, Any] = _fitted(given, shape, "")
    return fitted


def without_spot(request: dict[str, Any]) -> dict[str, Any]:
    """Return a request whose groups of machines bid for nothing."""
    instances = dict(request["Instances"])
    bids = ("BidPrice", "BidPriceAsPercentageOfOnDemandPrice", "Market")
    if groups := instances.get("InstanceGroups"):
        instances["InstanceGroups"] = [
            {key: value for key, value in group.items() if key not in bids} for group in groups
        ]
    return request | {"Instances": instances}


def _list(given: Mapping[str, Any], key: str) -> list[Any]:
    return list(given.get(key) or [])


def _split(texts: Iterable[object]) -> Iterator[list[str]]:
    return filter(None, map(commas.split, flat(texts)))


def _application(parts: list[str]) -> dict[str, Any]:
    name, *arguments = parts
    return {"Name": name} | ({"Args": arguments} if arguments else {})


def _bootstrap_action(parts: list[str]) -> dict[str, Any]:
    path, *arguments = parts
    return {
        "Name": path.rpartition("/")[2] or path,
        "ScriptBootstrapAction": {"Path": path, "Args": arguments},
    }


def _fitted(value: Any, shape: Any, place: str) -> Any:
    """Return a value as its shape wants it."""
    if shape.type_name == "structure" and isinstance(value, Mapping):
        members = shape.members
        unknown = [key for key in value if key not in members]
        if unknown:
            raise RequestError(
                f"{place}.{unknown[0]}".lstrip("."), value[unknown[0]], f"one of {', '.join(members)}"
            )
        return {
            key: _fitted(each, members[key], f"{place}.{key}".lstrip("."))
            for key, each in value.items()
            if each is not None and each != ""
        }
    if shape.type_name == "map" and isinstance(value, Mapping):
        return {key: _fitted(each, shape.value, f"{place}[{key!r}]") for key, each in value.items()}
    if shape.type_name == "list" and not isinstance(value, str | Mapping):
        return [_fitted(each, shape.member, f"{place}[{n}]") for n, each in enumerate(_flat(value))]
    if shape.type_name == "string" and isinstance(value, bool | int | float):
        return str(value).lower() if isinstance(value, bool) else str(value)
    if shape.type_name in _READ and isinstance(value, str):
        read, wanted = _READ[shape.type_name]
        try:
            return read(value.strip())
        except (ValueError, KeyError):
            raise RequestError(place, value, wanted) from None
    return value


def _flat(values: Iterable[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, list | tuple):
            yield from _flat(value)
        elif value is not None and value != "":
            yield value
