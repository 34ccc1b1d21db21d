from __future__ import annotations

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from datapipeline_provider.s3.address import S3AddressError
from datapipeline_provider.sensors.presence import Presence, is_missing


@pytest.mark.parametrize(
    ("text", "whole", "presence", "shown"),
    [
        ("s3://b/k", True, Presence("b", "k", True), "s3://b/k"),
        ("s3://b/a//b ?#*.csv", True, Presence("b", "a//b ?#*.csv", True), "s3://b/a//b ?#*.csv"),
        ("s3://b/k", False, Presence("b", "k", False), "s3://b/k*"),
        ("s3://b", False, Presence("b", "", False), "s3://b/*"),
        ("s3://b/", False, Presence("b", "", False), "s3://b/*"),
    ],
)
def test_of(text: str, whole: bool, presence: Presence, shown: str) -> None:
    assert Presence.of(text, whole=whole) == presence
    assert str(presence) == shown


@pytest.mark.parametrize(
    ("text", "whole"),
    [("s3://b", True), ("s3://b/", True), ("", True), ("", False), ("k", False), ("s3:///k", False)],
)
def test_no_address(text: str, whole: bool) -> None:
    with pytest.raises(S3AddressError):
        Presence.of(text, whole=whole)


@pytest.mark.parametrize(
    ("error", "missing"),
    [
        (ClientError({"Error": {"Code": "404"}}, "HeadObject"), True),
        (ClientError({"Error": {"Code": "NoSuchKey"}}, "HeadObject"), True),
        (ClientError({"Error": {"Code": "403"}}, "HeadObject"), False),
        (ClientError({"Error": {"Code": "NoSuchBucket"}}, "ListObjectsV2"), False),  # never comes by waiting
        (EndpointConnectionError(endpoint_url="http://nowhere"), False),
        (ValueError("404"), False),
    ],
)
def test_is_missing(error: Exception, missing: bool) -> None:
    assert is_missing(error) == missing
