"""Knows how the Configurations of an EMR cluster are put together, from whatever says them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from datapipeline_converters.plan import Argument, FieldText

# What separates arguments is a comma, but not inside an expression.
PART = re.compile(r"(?:#\{[^}]*\}|\\+,|[^,])+")
_CONFIGURE_HADOOP = re.compile(r"/bootstrap-actions/(latest/TaskRunner/)?configure-hadoop")
_FILES = {
    "c": "core-site",
    "core": "core-site",
    "e": "emrfs-site",
    "emrfs": "emrfs-site",
    "h": "hdfs-site",
    "hdfs": "hdfs-site",
    "s": "hdfs-site",
    "t": "httpfs-site",
    "httpfs": "httpfs-site",
    "m": "mapred-site",
    "mapred": "mapred-site",
    "y": "yarn-site",
    "yarn": "yarn-site",
    "z": "capacity-scheduler",
    "capacity": "capacity-scheduler",
}
_OPTION = re.compile(r"-([a-z])|--([a-z]+)-key-value")


@dataclass(frozen=True)
class HadoopSettings:
    """What the bootstrap action `configure-hadoop` is to set; releases of EMR have Configurations in its place.

    :param settings: classification, key and value of each
    :param rest: arguments that say something else
    """

    settings: tuple[tuple[str, str, str], ...]
    rest: tuple[str, ...]


def configure_hadoop(action: str) -> HadoopSettings | None:
    """Return what a bootstrap action sets that is `configure-hadoop`, None for any other.

    :param action: `script,argument,...` as it is written, expressions included
    """
    script, *arguments = [part.strip() for part in PART.findall(action)] or [""]
    if not _CONFIGURE_HADOOP.search(script):
        return None
    settings, rest = [], []
    while arguments:
        option = arguments.pop(0)
        found = _OPTION.fullmatch(option)
        file = _FILES.get(found[1] or found[2], "") if found else ""
        key, separator, value = arguments[0].partition("=") if arguments else ("", "", "")
        if file and separator and "#{" not in key:
            arguments.pop(0)
            settings.append((file, key.strip(), value.strip()))
        else:
            rest.append(option)
    return HadoopSettings(tuple(settings), tuple(rest))


def configuration(classification: str, properties: Mapping[str, Argument]) -> dict[str, Argument]:
    """Return one of a cluster's Configurations."""
    return {"Classification": classification, "Properties": dict(properties)}


def exported(classification: str, variables: Mapping[str, Argument]) -> dict[str, Argument]:
    """Return one that sets environment variables.

    :param classification: such as `hadoop-env`
    """
    inner: Argument = {"Classification": "export", "Properties": dict(variables)}
    return {"Classification": classification, "Configurations": [inner]}


def merged(configurations: Iterable[Mapping[str, Argument]]) -> list[dict[str, Argument]]:
    """Return Configurations with one of each classification, as EMR wants them; of equal keys the first wins."""
    found: dict[str, dict[str, Argument]] = {}
    for number, each in enumerate(configurations):
        written = each["Classification"]
        name = written.source if isinstance(written, FieldText) else str(written)
        # What a run alone knows may be anything.
        name = f"{number} {name}" if "#{" in name else name
        found[name] = _joined(found[name], each) if name in found else dict(each)
    return list(found.values())


def _joined(first: Mapping[str, Argument], second: Mapping[str, Argument]) -> dict[str, Argument]:
    result = dict(first)
    properties = {**_mapping(second, "Properties"), **_mapping(first, "Properties")}
    inner = merged([*_list(first, "Configurations"), *_list(second, "Configurations")])
    if properties:
        result["Properties"] = properties
    if inner:
        result["Configurations"] = inner
    return result


def _mapping(each: Mapping[str, Argument], key: str) -> Mapping[str, Argument]:
    found = each.get(key)
    return found if isinstance(found, Mapping) else {}


def _list(each: Mapping[str, Argument], key: str) -> list[Mapping[str, Argument]]:
    found = each.get(key)
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []
