"""Multipart uploads that are not finished: completes them, aborts them, finds those that a killed worker left."""

from __future__ import annotations

import logging
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from datapipeline_provider.s3 import address

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_s3 import S3Client

log = logging.getLogger(__name__)


def complete(client: S3Client, target: Any, upload_id: str, parts: list[Any], began: str, size: int) -> None:
    """Publish a multipart upload.

    A request that S3 has carried out, but whose answer was lost, is repeated by boto3, and the upload is then
    unknown: that is success if the object is there and is ours.

    :param target: Bucket and Key.
    :param began: the server's own time at the upload's beginning, as HTTP writes it.
    :param size: the object's bytes.
    """
    from botocore.exceptions import ClientError

    try:
        client.complete_multipart_upload(**target, UploadId=upload_id, MultipartUpload={"Parts": parts})
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchUpload" or not began:
            raise
        try:
            head = client.head_object(**target)
        except ClientError:
            raise error from None
        ours = head["ETag"].strip('"').endswith(f"-{len(parts)}") and head["ContentLength"] == size
        if not ours or head["LastModified"] < parsedate_to_datetime(began):
            raise


def abort(client: S3Client, bucket: str, key: str, upload_id: str) -> None:
    """Abort a multipart upload; a failure is logged, since another error is being told."""
    try:
        client.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload_id)
    except Exception:
        log.exception(
            "The unfinished upload %s of %s could not be aborted; remove it, or let a lifecycle rule "
            "do it: it is paid for",
            upload_id,
            address.join(bucket, key),
        )


def abort_left(client: S3Client, bucket: str, prefix: str, ours: Callable[[str], bool]) -> int:
    """Abort the uploads that an earlier attempt, killed in the middle, has left; give how many.

    :param prefix: what all our keys begin with.
    :param ours: says whether a key is one that this very task run writes; others are left alone.
    """
    from botocore.exceptions import ClientError

    count = 0
    try:
        pages = client.get_paginator("list_multipart_uploads").paginate(Bucket=bucket, Prefix=prefix)
        for each in [found for page in pages for found in page.get("Uploads", [])]:
            if ours(each["Key"]):
                abort(client, bucket, each["Key"], each["UploadId"])
                count += 1
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "NoSuchBucket":
            raise
        log.warning(
            "Unfinished uploads of an earlier attempt were not looked for in bucket %s: S3 says %s",
            bucket,
            code,
        )
    if count:
        log.info("Aborted %d unfinished uploads of an earlier attempt", count)
    return count
