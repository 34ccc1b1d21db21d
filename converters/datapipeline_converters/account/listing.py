"""Lists an account's pipelines."""

from __future__ import annotations

from datapipeline_converters.account.throttling import Api


def list_pipelines(api: Api) -> list[str]:
    """Return the ids of all pipelines in the region that the caller may list, in the service's order.

    :raises AccountError: when the service refuses or cannot be reached
    """
    items, _ = api.pages("list_pipelines", "pipelineIdList")
    return list(dict.fromkeys(str(item["id"]) for item in items))
