"""Finds the objects an address stands for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from datapipeline_provider.exceptions import DatapipelineError
from datapipeline_provider.s3 import address

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class NothingThereError(DatapipelineError):
    """An S3 address at which nothing is."""

    def __init__(self, where: str) -> None:
        super().__init__(f"There is nothing at {where}.")


@dataclass(frozen=True)
class S3Object:
    """One object; `size` in bytes as stored."""

    bucket: str
    key: str
    size: int

    @property
    def address(self) -> str:
        """The object's `s3://` address."""
        return address.join(self.bucket, self.key)


def one(client: S3Client, bucket: str, key: str) -> S3Object:
    """Look one object up; NothingThereError if it does not exist."""
    from botocore.exceptions import ClientError

    try:
        return S3Object(bucket, key, client.head_object(Bucket=bucket, Key=key)["ContentLength"])
    except ClientError as error:
        if error.response["Error"]["Code"] in {"404", "NoSuchKey", "NotFound"}:
            raise NothingThereError(address.join(bucket, key)) from None
        raise


def below(client: S3Client, bucket: str, prefix: str) -> list[S3Object]:
    """List the objects whose keys begin with a prefix, sorted by key, whatever order the server gives them in.

    Markers for folders (keys that end in a slash) hold no data and are left out.
    """
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    found = (each for page in pages for each in page.get("Contents", []) if not each["Key"].endswith("/"))
    return sorted(
        (S3Object(bucket, each["Key"], each["Size"]) for each in found), key=lambda each: each.key.encode()
    )
