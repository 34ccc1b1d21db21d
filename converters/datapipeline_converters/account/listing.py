"""Lists an account's pipelines."""

from __future__ import annotations

from datapipeline_converters.account.faults import AccountError
from datapipeline_converters.account.throttling import Api


def list_pipelines(api: Api) -> list[str]:
    """Return the ids of all pipelines in the region that the caller may list, in the service's order.

    :raises AccountError: when there are none, or the service refuses or cannot be reached
    """
    items, _ = api.pages("list_pipelines", "pipelineIdList")
    if not items:
        raise AccountError(
            f"no pipelines in {api.region}. The service lists only those that you may read: check the region and the "
            "account with `aws sts get-caller-identity`."
        )
    return list(dict.fromkeys(str(item["id"]) for item in items))
