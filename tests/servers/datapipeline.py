"""The Data Pipeline API over moto's server, completed where moto only pretends.

moto forgets parameters, pages wrongly, answers unknown ids with an internal error, and knows neither versions nor runs. Here
a definition comes back whole, in its active and its latest version; runs are told by the test and asked for through
QueryObjects and DescribeObjects; throttling, missing permissions and slowness are put in by the test. Nothing is run, and
definitions are only checked for references that lead nowhere.
"""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeAlias
from unittest.mock import patch

from moto.core.exceptions import JsonRESTError
from moto.datapipeline.models import DataPipelineBackend
from moto.datapipeline.responses import DataPipelineResponse

from tests.servers import moto

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

# Ids a call and a page, as the API reference has them.
LISTED, DESCRIBED, QUERIED = 25, 25, 100
Definition = dict[str, list[dict[str, Any]]]
Answer: TypeAlias = "Callable[[DataPipeline, DataPipelineResponse], dict[str, Any]]"


class RefusedError(JsonRESTError):
    """An answer that is an error of the service."""

    code = 400


@dataclass
class Pipeline:
    """What the service knows of a pipeline beyond moto's part of it.

    :param latest: the definition saved last
    :param active: the one activated last
    :param fields: the description's run-time fields
    :param runs: instances, each its fields by key; references are `{"ref": id}`
    """

    latest: Definition = field(default_factory=dict)
    active: Definition | None = None
    fields: dict[str, str] = field(default_factory=dict)
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass
class DataPipeline:
    """The completed emulator, as a test steers it.

    :param aws: where it is
    :param clock: what activation and creation take for now
    :param calls: the operations called, in order; those that were throttled too
    :param throttled: every how manieth call is refused for its rate, 0 for none
    :param denied: operations that the caller has no permission for
    :param answers: codes of errors that operations answer with
    :param hidden: pipelines that exist and that the caller may not read: the service then says that there is none
    :param delay: seconds that every call takes
    """

    aws: moto.Aws
    clock: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    calls: list[str] = field(default_factory=list)
    throttled: int = 0
    denied: set[str] = field(default_factory=set)
    answers: dict[str, str] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    delay: float = 0.0
    pipelines: dict[str, Pipeline] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def reset(self) -> None:
        """Forget all pipelines and whatever was put in."""
        self.aws.reset()
        self.calls.clear()
        self.pipelines.clear()
        self.hidden.clear()
        self.denied.clear()
        self.answers.clear()
        self.throttled, self.delay = 0, 0.0

    def run(self, pipeline_id: str, component: str, start: str, end: str, status: str = "FINISHED") -> None:
        """Add an instance of a component; moments as the service writes them, 2026-11-20T02:00:00."""
        self.pipelines[pipeline_id].runs[f"@{component}_{start}"] = {
            "@componentParent": {"ref": component},
            "@sphere": "INSTANCE",
            "@status": status,
            "@scheduledStartTime": start,
            "@scheduledEndTime": end,
            "@actualStartTime": end,
            "@actualEndTime": end,
            "@version": "1",
        }

    def note_call(self, operation: str) -> None:
        """Count a call, and refuse it if the test says so."""
        with self._lock:
            self.calls.append(operation)
            number = len(self.calls)
        time.sleep(self.delay)
        if self.throttled and number % self.throttled == 0:
            raise RefusedError("ThrottlingException", "Rate exceeded")
        if operation in self.answers:
            raise RefusedError(self.answers[operation], "Said by the test.")
        if operation in self.denied:
            text = f"User: arn:aws:iam::123456789012:user/x is not authorized to perform: datapipeline:{operation}"
            raise RefusedError("AccessDeniedException", text)


@contextmanager
def run() -> Iterator[DataPipeline]:
    """Run an empty emulator until the block ends; moto's own servers in this process stay as they are."""
    with moto.run() as aws:
        emulator = DataPipeline(aws)
        operations = {name: _answering(emulator, name, answer) for name, answer in _OPERATIONS.items()}
        completed = type("CompletedResponse", (DataPipelineResponse,), operations)
        plain = DataPipelineResponse.call_action

        def call_action(response: DataPipelineResponse) -> Any:
            if f":{aws.port}" in response.headers["Host"]:
                response.__class__ = completed
            return plain(response)

        with patch.object(DataPipelineResponse, "call_action", call_action):
            yield emulator


def _answering(emulator: DataPipeline, name: str, answer: Answer) -> Callable[[DataPipelineResponse], str]:
    """Return what answers the operation that moto calls by `name`."""
    operation = "".join(word.capitalize() for word in name.split("_"))

    def respond(response: DataPipelineResponse) -> str:
        emulator.note_call(operation)
        return json.dumps(answer(emulator, response))

    return respond


def _backend(response: DataPipelineResponse) -> DataPipelineBackend:
    return response.datapipeline_backend


def _found(emulator: DataPipeline, response: DataPipelineResponse, pipeline_id: str) -> Pipeline:
    if pipeline_id not in _backend(response).pipelines or pipeline_id in emulator.hidden:
        raise RefusedError("PipelineNotFoundException", f"Pipeline with id: {pipeline_id} does not exist")
    return emulator.pipelines[pipeline_id]


def _named(emulator: DataPipeline, response: DataPipelineResponse) -> tuple[Any, Pipeline]:
    """Return moto's pipeline that a request names, and what we know of it."""
    pipeline_id = response._get_param("pipelineId")
    known = _found(emulator, response, pipeline_id)
    return _backend(response).pipelines[pipeline_id], known


def _at_most(ids: Sequence[str], limit: int) -> None:
    if not 0 < len(ids) <= limit:
        raise RefusedError("InvalidRequestException", f"{len(ids)} ids; 1 to {limit} are taken")


def _page(items: Sequence[Any], size: int, marker: str | None) -> tuple[Sequence[Any], dict[str, Any]]:
    start = int(marker or 0)
    more = start + size < len(items)
    rest = {"hasMoreResults": more} | ({"marker": str(start + size)} if more else {})
    return items[start : start + size], rest


def _create(emulator: DataPipeline, response: DataPipelineResponse) -> dict[str, Any]:
    backend = _backend(response)
    name, unique_id = response._get_param("name"), response._get_param("uniqueId")
    for pipeline in backend.pipelines.values():
        if (pipeline.name, pipeline.unique_id) == (name, unique_id):
            return {"pipelineId": pipeline.pipeline_id}
    made = backend.create_pipeline(
        name,
        unique_id,
        description=response._get_param("description", ""),
        tags=response._get_param("tags", []),
    )
    emulator.pipelines[made.pipeline_id] = Pipeline(fields={"@creationTime": _text(emulator.clock)})
    return {"pipelineId": made.pipeline_id}


def _list(emulator: DataPipeline, response: DataPipelineResponse) -> dict[str, Any]:
    everything = [pipeline.to_meta_json() for pipeline in _backend(response).pipelines.values()]
    page, rest = _page(everything, LISTED, response._get_param("marker"))
    return {"pipelineIdList": page, **rest}


def _describe(emulator: DataPipeline, response: DataPipelineResponse) -> dict[str, Any]:
    ids = response._get_param("pipelineIds")
    _at_most(ids, DESCRIBED)
    return {"pipelineDescriptionList": [_description(emulator, response, pipeline_id) for pipeline_id in ids]}


def _description(emulator: DataPipeline, response: DataPipelineResponse, pipeline_id: str) -> dict[str, Any]:
    known = _found(emulator, response, pipeline_id)
    pipeline = _backend(response).pipelines[pipeline_id]
    fields = {
        "@id": pipeline_id,
        "@pipelineState": pipeline.status,
        "@sphere": "PIPELINE",
        "@accountId": moto.ACCOUNT,
        "@userId": "AIDAEXAMPLE",
        "name": pipeline.name,
        "uniqueId": pipeline.unique_id,
        **known.fields,
    }
    return {
        "pipelineId": pipeline_id,
        "name": pipeline.name,
        "description": pipeline.description,
        "fields": _fields(fields),
        "tags": pipeline.tags,
    }


def _put(emulator: DataPipeline, response: DataPipelineResponse) -> dict[str, Any]:
    _, known = _named(emulator, response)
    parts = ("pipelineObjects", "parameterObjects", "parameterValues")
    saved = {part: response._get_param(part) or [] for part in parts}
    ids = {item["id"] for item in saved["pipelineObjects"]}
    errors = [
        {"id": item["id"], "errors": [f"The reference '{entry['refValue']}' does not exist"]}
        for item in saved["pipelineObjects"]
        for entry in item["fields"]
        if "refValue" in entry and entry["refValue"] not in ids
    ]
    if not errors:
        known.latest = saved
    return {"errored": bool(errors), "validationErrors": errors, "validationWarnings": []}


def _get(emulator: DataPipeline, response: DataPipelineResponse) -> dict[str, Any]:
    _, known = _named(emulator, response)
    version = response._get_param("version") or "latest"
    chosen = {"latest": known.latest, "active": known.active}.get(version)
    return chosen or {"pipelineObjects": [], "parameterObjects": [], "parameterValues": []}


def _activate(emulator: DataPipeline, response: DataPipelineResponse) -> dict[str, Any]:
    pipeline, known = _named(emulator, response)
    if not known.latest:
        raise RefusedError("InvalidRequestException", "Pipeline definition is empty")
    pipeline.activate()
    if values := response._get_param("parameterValues"):
        known.latest = {**known.latest, "parameterValues": values}
    known.active = known.latest
    known.fields.setdefault("@firstActivationTime", _text(emulator.clock))
    known.fields["@lastActivationTime"] = _text(emulator.clock)
    return {}


def _deactivate(emulator: DataPipeline, response: DataPipelineResponse) -> dict[str, Any]:
    pipeline, _ = _named(emulator, response)
    pipeline.status = "INACTIVE"
    return {}


def _delete(emulator: DataPipeline, response: DataPipelineResponse) -> dict[str, Any]:
    pipeline, _ = _named(emulator, response)
    _backend(response).delete_pipeline(pipeline.pipeline_id)
    return {}


def _add_tags(emulator: DataPipeline, response: DataPipelineResponse) -> dict[str, Any]:
    pipeline, _ = _named(emulator, response)
    added = {tag["key"]: tag["value"] for tag in response._get_param("tags")}
    tags = {tag["key"]: tag["value"] for tag in pipeline.tags} | added
    pipeline.tags = [{"key": key, "value": value} for key, value in tags.items()]
    return {}


def _remove_tags(emulator: DataPipeline, response: DataPipelineResponse) -> dict[str, Any]:
    pipeline, _ = _named(emulator, response)
    pipeline.tags = [tag for tag in pipeline.tags if tag["key"] not in response._get_param("tagKeys")]
    return {}


def _query(emulator: DataPipeline, response: DataPipelineResponse) -> dict[str, Any]:
    _, known = _named(emulator, response)
    sphere = str(response._get_param("sphere")).upper()
    selectors = (response._get_param("query") or {}).get("selectors", [])
    items: Mapping[str, Mapping[str, Any]] = known.runs if sphere == "INSTANCE" else _components(known)
    ids = [
        name
        for name, fields in items.items()
        if sphere in ("INSTANCE", "COMPONENT") and all(_matches(fields, selector) for selector in selectors)
    ]
    size = min(int(response._get_param("limit") or QUERIED), QUERIED)
    page, rest = _page(ids, size, response._get_param("marker"))
    return {"ids": page, **rest}


def _describe_objects(emulator: DataPipeline, response: DataPipelineResponse) -> dict[str, Any]:
    pipeline, known = _named(emulator, response)
    ids = response._get_param("objectIds")
    _at_most(ids, DESCRIBED)
    everything = {**_components(known), **known.runs}
    return {
        "hasMoreResults": False,
        "pipelineObjects": [
            {
                "id": name,
                "name": name,
                "fields": _fields({**everything[name], "@pipelineId": pipeline.pipeline_id}),
            }
            for name in ids
            if name in everything
        ],
    }


def _components(known: Pipeline) -> dict[str, dict[str, Any]]:
    """Return the components of the definition in force; of a repeated key only the last value is kept."""
    objects = (known.active or known.latest).get("pipelineObjects", [])
    found: dict[str, dict[str, Any]] = {}
    for item in objects:
        fields = {
            entry["key"]: {"ref": entry["refValue"]} if "refValue" in entry else entry["stringValue"]
            for entry in item["fields"]
        }
        if fields.get("type") == "Schedule" and "@firstActivationTime" in known.fields:
            fields["@firstActivationTime"] = known.fields["@firstActivationTime"]
        found[item["id"]] = {**fields, "@sphere": "COMPONENT"}
    return found


def _matches(fields: Mapping[str, Any], selector: Mapping[str, Any]) -> bool:
    """Tell whether an object meets a selector; a field that is not set fails it (API reference, Selector)."""
    value = fields.get(selector["fieldName"])
    kind, values = selector["operator"]["type"], selector["operator"]["values"]
    if kind == "REF_EQ":
        return isinstance(value, dict) and value["ref"] in values
    if not isinstance(value, str):
        return False
    tests: dict[str, Callable[[], bool]] = {
        "EQ": lambda: value in values,
        "GE": lambda: value >= values[0],
        "LE": lambda: value <= values[0],
        "BETWEEN": lambda: values[0] <= value <= values[1],
    }
    return tests[kind]()


def _fields(fields: Mapping[str, Any]) -> list[dict[str, str]]:
    return [
        {"key": key, "refValue": value["ref"]}
        if isinstance(value, dict)
        else {"key": key, "stringValue": value}
        for key, value in fields.items()
    ]


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S")


# What answers each operation, by moto's name for it.
_OPERATIONS: Mapping[str, Answer] = {
    "activate_pipeline": _activate,
    "add_tags": _add_tags,
    "create_pipeline": _create,
    "deactivate_pipeline": _deactivate,
    "delete_pipeline": _delete,
    "describe_objects": _describe_objects,
    "describe_pipelines": _describe,
    "get_pipeline_definition": _get,
    "list_pipelines": _list,
    "put_pipeline_definition": _put,
    "query_objects": _query,
    "remove_tags": _remove_tags,
}
