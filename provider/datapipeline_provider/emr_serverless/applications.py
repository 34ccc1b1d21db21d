"""Knows how tasks of a run agree on its applications of EMR Serverless: by their name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from datapipeline_provider.shell import marks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from datapipeline_provider._compat import Context

_NAME_LIMIT = 64
_DIGEST = 12
_FORBIDDEN = re.compile(r"[^A-Za-z0-9._/#-]+")


def name_of(context: Context, task_id: str) -> str:
    """Return the name of the applications that a task creates in this run, whatever the try.

    :param task_id: the task that creates them, of the same DAG
    """
    ti: Any = context["ti"]
    readable = _FORBIDDEN.sub("_", f"{ti.dag_id}.{task_id}")[: _NAME_LIMIT - _DIGEST - 1]
    return f"{readable}-{marks.digest(ti.dag_id, task_id, ti.run_id)[:_DIGEST]}"


def request(
    context: Context,
    name: str,
    kind: str,
    *,
    release_label: str,
    subnet_ids: Sequence[str],
    security_group_ids: Sequence[str],
    tags: Mapping[str, str],
) -> dict[str, Any]:
    """Return the arguments of CreateApplication.

    :param kind: `SPARK` or `HIVE`
    """
    ti: Any = context["ti"]
    network = {"subnetIds": list(subnet_ids), "securityGroupIds": list(security_group_ids)}
    asked: dict[str, Any] = {
        "name": name,
        "releaseLabel": release_label,
        "type": kind,
        "clientToken": marks.digest(name, kind, str(ti.try_number)),
    }
    if given := {key: ids for key, ids in network.items() if ids}:
        asked["networkConfiguration"] = given
    if tags:
        asked["tags"] = dict(tags)
    return asked
