"""Makes boto3 clients that are patient with a service that fails for a while, and tells refusals plainly."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

# boto3 pauses longer and longer, at last up to 20 seconds: so many tries bridge more than a minute.
_PATIENT = 14
# What says that the same request may be answered a moment later.
_PASSING = {
    "InternalFailure",
    "InternalServerError",
    "InternalServerException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "ServiceUnavailable",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}


class AwsHook:
    """A service of AWS, as one connection reaches it.

    :param aws_conn_id: the connection to AWS.
    :param region_name: the region; the connection's own if not given.
    """

    service: ClassVar[str]
    """boto3's name of it."""
    once: ClassVar[bool] = False
    """Whether boto3 never repeats a call."""

    def __init__(self, aws_conn_id: str | None, region_name: str | None) -> None:
        self.aws_conn_id = aws_conn_id
        self.region_name = region_name

    @cached_property
    def client(self) -> Any:
        """The boto3 client; made once."""
        return client(self.service, self.aws_conn_id, self.region_name, once=self.once)

    @property
    def region(self) -> str:
        """The region that the calls go to."""
        return str(self.client.meta.region_name)


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


def is_passing(error: Exception) -> bool:
    """Say whether an error of a call may be gone a moment later: boto3's own repeats count the same as passing."""
    from botocore import exceptions

    if isinstance(error, exceptions.ClientError):
        status: int = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return status >= 500 or code_of(error) in _PASSING
    of_the_network = isinstance(error, exceptions.ConnectionError | exceptions.HTTPClientError)
    return of_the_network and not isinstance(error, exceptions.SSLError)
