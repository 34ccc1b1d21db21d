"""Describes pipelines: name, description, tags and run-time fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from datapipeline_converters.account.faults import AccountError
from datapipeline_converters.account.throttling import Api

# So many ids go into a call (API reference, DescribePipelines and DescribeObjects).
_BATCH = 25


@dataclass(frozen=True)
class Description:
    """What the account says of a pipeline as a whole.

    :param fields: its run-time fields, `@pipelineState` among them; a list's last value
    """

    id: str
    name: str
    description: str
    tags: Mapping[str, str]
    fields: Mapping[str, str]

    @property
    def status(self) -> str:
        """The service's word for what it is doing, "" where it does not say."""
        return self.fields.get("@pipelineState", "")

    @property
    def never_activated(self) -> bool:
        """Tell whether it has never run."""
        return self.status == "PENDING" and "@firstActivationTime" not in self.fields


def batches(ids: Sequence[str]) -> list[Sequence[str]]:
    """Return ids in portions of one call each."""
    return [ids[start : start + _BATCH] for start in range(0, len(ids), _BATCH)]


def describe(api: Api, ids: Sequence[str]) -> Iterator[Description | tuple[str, AccountError]]:
    """Yield a description for each pipeline, or its id and why there is none; one that is missing costs only itself.

    :param ids: of one batch
    :raises AccountError: when the service refuses the call for another reason, or cannot be reached
    """
    try:
        answer = api.call("describe_pipelines", pipelineIds=list(ids))
    except AccountError as error:
        if not error.of_one:
            raise
        if len(ids) == 1:
            yield ids[0], error
            return
        middle = len(ids) // 2
        yield from describe(api, ids[:middle])
        yield from describe(api, ids[middle:])
        return
    found = {str(item["pipelineId"]): item for item in answer["pipelineDescriptionList"]}
    for pipeline_id in ids:
        if pipeline_id in found:
            yield _description(found[pipeline_id])
        else:
            yield pipeline_id, AccountError("DescribePipelines left it out of its answer. Pull it again.")


def texts(item: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields of a pipeline or an object, as the service gives it; a list's last value."""
    return {field["key"]: field.get("stringValue", field.get("refValue", "")) for field in item["fields"]}


def _description(item: Mapping[str, Any]) -> Description:
    return Description(
        id=item["pipelineId"],
        name=item.get("name", ""),
        description=item.get("description", ""),
        tags={tag["key"]: tag.get("value", "") for tag in item.get("tags", [])},
        fields=texts(item),
    )
