from __future__ import annotations

import pytest
from datapipeline_provider.s3 import address


@pytest.mark.parametrize(
    ("text", "bucket", "key"),
    [
        ("s3://b/k", "b", "k"),
        ("s3://b/a//k", "b", "a//k"),
        ("s3://b//k", "b", "/k"),
        ("s3://b/k/", "b", "k/"),
        ("s3://b", "b", ""),
        ("s3://b/a?b#c", "b", "a?b#c"),
        ("s3n://b/k", "b", "k"),
        (" s3://b/k ", "b", "k"),
    ],
)
def test_split(text: str, bucket: str, key: str) -> None:
    assert address.split(text) == (bucket, key)


@pytest.mark.parametrize("text", ["", "b/k", "s3:/b/k", "s3:///k", "http://b/k", "S3://b/k x\n://"])
def test_other_texts_are_no_addresses(text: str) -> None:
    with pytest.raises(address.S3AddressError):
        address.split(text)
