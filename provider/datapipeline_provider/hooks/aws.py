"""Makes boto3 clients that are patient with a service that fails for a while, and tells refusals plainly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

# boto3 pauses longer and longer, at last up to 20 seconds: so many tries bridge more than a minute.
_PATIENT = 14


def client(service: str, aws_conn_id: str | None, region_name: str | None, *, once: bool = False) -> Any:
    """Return a client of a service, as an Airflow connection says.

    :param service: boto3's name of it
    :param region_name: the region; the connection's own if not given
    :param once: whether a call is never repeated: for those that, done twice, do something twice
    """
    from airflow.providers.amazon.aws.hooks.base_aws import AwsGenericHook
    from botocore.config import Config

    attempts = 1 if once else _PATIENT
    patience = Config(
        retries={"mode": "standard", "total_max_attempts": attempts}, connect_timeout=10, read_timeout=30
    )
    hook = AwsGenericHook[Any](aws_conn_id=aws_conn_id, client_type=service, region_name=region_name)
    # A config that is given takes the place of the connection's own.
    config = hook.config.merge(patience)
    return AwsGenericHook[Any](
        aws_conn_id=aws_conn_id, client_type=service, region_name=region_name, config=config
    ).get_conn()


def code_of(error: ClientError) -> str:
    """Return AWS's code of an error."""
    return str(error.response.get("Error", {}).get("Code", ""))
