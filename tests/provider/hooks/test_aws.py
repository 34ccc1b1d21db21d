"""What of AWS's errors may be gone a moment later."""

from __future__ import annotations

import pytest
from botocore import exceptions
from datapipeline_provider.hooks.aws import is_passing

WHERE = {"endpoint_url": "https://elasticmapreduce.eu-west-1.amazonaws.com", "error": "it"}


def answer(status: int, code: str) -> Exception:
    return exceptions.ClientError(
        {"Error": {"Code": code, "Message": "it"}, "ResponseMetadata": {"HTTPStatusCode": status}},  # type: ignore[typeddict-item]
        "DescribeCluster",
    )


@pytest.mark.parametrize(
    ("error", "passing"),
    [
        (answer(503, "ServiceUnavailable"), True),
        (answer(500, "Whatever"), True),
        (answer(400, "ThrottlingException"), True),
        (answer(400, "ValidationException"), False),
        (answer(403, "AccessDeniedException"), False),
        (exceptions.EndpointConnectionError(**WHERE), True),
        (exceptions.ConnectTimeoutError(**WHERE), True),
        (exceptions.ReadTimeoutError(**WHERE), True),
        (exceptions.ConnectionClosedError(**WHERE), True),
        (exceptions.SSLError(**WHERE), False),
        (exceptions.NoCredentialsError(), False),
        (exceptions.NoRegionError(), False),
    ],
)
def test_what_is_passing(error: Exception, passing: bool) -> None:
    assert is_passing(error) is passing
