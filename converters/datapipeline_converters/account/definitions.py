"""Gets a pipeline's definition: the one that runs, and whether another one is saved beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from datapipeline_converters.account.faults import AccountError
from datapipeline_converters.account.throttling import Api

PARTS = ("pipelineObjects", "parameterObjects", "parameterValues")
_MASK = re.compile(r"\*+")


def get_definition(api: Api, pipeline_id: str, *, active: bool) -> tuple[dict[str, Any], list[str]]:
    """Return a definition in API form, and what the user should know of it.

    :param active: the version that was activated last, which may differ from the one saved last
    :raises AccountError: when the service refuses or cannot be reached
    """
    latest = _get(api, pipeline_id, "latest")
    if not active:
        return latest, list(_masked(latest))
    try:
        running = _get(api, pipeline_id, "active")
    except AccountError as error:
        if error.code != "InvalidRequestException":
            raise
        running = {}
    if not running.get("pipelineObjects"):
        note = "The account gives no active version of the definition: this is the one saved last."
        return latest, [note, *_masked(latest)]
    notes = list(_masked(running))
    if _comparable(running) != _comparable(latest):
        notes.append(
            "Another definition was saved later and never activated; this is the active one. "
            "`dp2airflow pull --version latest` gets the other."
        )
    return running, notes


def _get(api: Api, pipeline_id: str, version: str) -> dict[str, Any]:
    answer = api.call("get_pipeline_definition", pipelineId=pipeline_id, version=version)
    return {part: answer[part] for part in PARTS if part in answer}


def _comparable(definition: Mapping[str, Any]) -> Any:
    """Return what is alike for definitions that mean the same: the order of values of one key counts, no other does."""
    return (
        sorted(
            (item["id"], item.get("name"), _fields(item["fields"])) for item in definition["pipelineObjects"]
        ),
        sorted((item["id"], _fields(item["attributes"])) for item in definition.get("parameterObjects", [])),
        sorted(definition.get("parameterValues", []), key=lambda value: str(value["id"])),
    )


def _fields(fields: list[dict[str, str]]) -> list[tuple[str, str, str]]:
    values = [(entry["key"], entry.get("stringValue", ""), entry.get("refValue", "")) for entry in fields]
    return sorted(values, key=lambda value: value[0])


def _masked(definition: Mapping[str, Any]) -> Iterator[str]:
    """Yield where the account shows asterisks in place of a secret."""
    places = [
        f"`{item['id']}.{entry['key']}`"
        for item in definition.get("pipelineObjects", [])
        for entry in item["fields"]
        if _MASK.fullmatch(entry.get("stringValue", ""))
    ]
    places += [
        f"the value of `{value['id']}`"
        for value in definition.get("parameterValues", [])
        if _MASK.fullmatch(value.get("stringValue", ""))
    ]
    if places:
        yield f"The account shows asterisks for {', '.join(places)}: give the value yourself."
