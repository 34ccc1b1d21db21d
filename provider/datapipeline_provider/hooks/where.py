"""Knows what an Airflow connection says about a database, and looks RDS instances up."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from datapipeline_provider.hooks.errors import RdsInstanceError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from airflow.sdk import Connection

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Where:
    """Where a database is and who logs in.

    :param conn_type: `postgres`, `mysql` ...: from the connection, or for RDS from the instance.
    :param extra: the connection's extra, read.
    """

    conn_id: str
    conn_type: str
    host: str | None
    port: int | None
    database: str | None
    user: str | None
    password: str | None = field(repr=False)
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def options(self, known: Collection[str], translated: Mapping[str, str]) -> dict[str, Any]:
        """Pick what the driver understands out of the extra and its `jdbc_properties`; the rest is logged by name.

        :param known: the driver's own option names.
        :param translated: JDBC properties that the driver knows by another name.
        """
        chosen = {name: value for name, value in self.extra.items() if name in known}
        ignored = []
        for name, value in (self.extra.get("jdbc_properties") or {}).items():
            if (ours := translated.get(name, name)) in known:
                chosen.setdefault(ours, value)
            else:
                ignored.append(name)
        if ignored:
            log.info(
                "Connection %s: JDBC properties without a meaning here are ignored: %s", self.conn_id, ignored
            )
        return chosen


def where(connection: Connection, aws_conn_id: str | None) -> Where:
    """Read an Airflow connection; if it names an RDS instance instead of a host, look that up.

    :param connection: with `rds_instance_id`, and if wanted `region` and `aws_conn_id`, in its extra when it has
        no host.
    :param aws_conn_id: the AWS connection for the lookup, if the extra does not name one.
    :raises RdsInstanceError: the instance does not exist, has no endpoint yet, or cannot be described.
    """
    extra = _extra(connection)
    found = Where(
        conn_id=str(connection.conn_id),
        conn_type=str(connection.conn_type or ""),
        host=connection.host or None,
        port=connection.port,
        database=connection.schema or None,
        user=connection.login,
        password=connection.password,
        extra=extra,
    )
    if found.host or not extra.get("rds_instance_id"):
        return found
    return _looked_up(found, extra.get("aws_conn_id", aws_conn_id))


def _extra(connection: Connection) -> dict[str, Any]:
    extra = connection.extra or "{}"
    parsed = json.loads(extra) if isinstance(extra, str) else extra
    properties = parsed.get("jdbc_properties")
    if isinstance(properties, str):  # a form's field can only hold text
        parsed["jdbc_properties"] = json.loads(properties or "{}")
    return cast("dict[str, Any]", parsed)


def _looked_up(asked: Where, aws_conn_id: str | None) -> Where:
    from dataclasses import replace

    from airflow.providers.amazon.aws.hooks.base_aws import AwsGenericHook
    from botocore.exceptions import BotoCoreError, ClientError

    instance = str(asked.extra["rds_instance_id"])
    hook: AwsGenericHook[Any] = AwsGenericHook(
        aws_conn_id=aws_conn_id, client_type="rds", region_name=asked.extra.get("region")
    )
    try:
        answer = hook.get_conn().describe_db_instances(DBInstanceIdentifier=instance)
    except (ClientError, BotoCoreError) as error:
        raise RdsInstanceError(asked.conn_id, instance, f"cannot be looked up: {error}") from error
    described = answer["DBInstances"][0]
    if "Endpoint" not in described:
        state = described.get("DBInstanceStatus")
        raise RdsInstanceError(asked.conn_id, instance, f"has no endpoint; its status is {state!r}")
    log.info("RDS instance %s is %s", instance, described["Endpoint"]["Address"])
    return replace(
        asked,
        conn_type=described["Engine"],
        host=described["Endpoint"]["Address"],
        port=asked.port or described["Endpoint"]["Port"],
        database=asked.database or described.get("DBName"),
    )
