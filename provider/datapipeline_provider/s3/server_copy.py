"""Lets S3 copy an object itself, as one of several that appear together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datapipeline_provider.s3 import address, unfinished

if TYPE_CHECKING:
    from concurrent.futures import Future

    from mypy_boto3_s3 import S3Client

    from datapipeline_provider.s3.listing import S3Object
    from datapipeline_provider.s3.upload import Uploads

IN_PARTS_ABOVE = 256 << 20
"""Bytes; S3 itself asks for it above 5 GB. Larger ones are copied before the burst, smaller ones in it."""
PART = 128 << 20
COPIES_AT_ONCE = 8
"""Parts under way; no byte of them is in memory here."""
MOST_PARTS = 10_000
KEPT = (
    "CacheControl",
    "ContentDisposition",
    "ContentEncoding",
    "ContentLanguage",
    "ContentType",
    "Expires",
    "Metadata",
)
"""What a copy in parts has to be told, and a copy in one piece keeps by itself."""


class ServerCopy:
    """One object of `Uploads` that S3 copies; the object's own headers and metadata stay.

    :param source: makes the requests about the original, which may be in another account's bucket.
    """

    def __init__(self, uploads: Uploads, source: S3Client, found: S3Object, key: str) -> None:
        self._uploads, self._source, self._found, self.key = uploads, source, found, key
        self._target: Any = {"Bucket": uploads.bucket, "Key": key}
        self._copied: Any = {"Bucket": found.bucket, "Key": found.key}
        self._upload_id: str | None = None
        self._began = ""
        self._sent: list[Future[dict[str, Any]]] = []
        self._parts: list[Any] = []
        self.published = False
        self.size = found.size
        """Bytes."""

    @property
    def address(self) -> str:
        """The new object's `s3://` address."""
        return address.join(self._uploads.bucket, self.key)

    def begin(self) -> None:
        """Have a large object copied part by part; waits while too many parts are under way."""
        if self.size <= IN_PARTS_ABOVE:
            return
        client = self._uploads.client
        head: Any = self._uploads.ask(lambda: self._source.head_object(**self._copied))
        kept = {name: head[name] for name in KEPT if name in head}
        answer = self._uploads.ask(
            lambda: client.create_multipart_upload(**self._target, **kept, **self._uploads.arguments)
        )
        self._upload_id = answer["UploadId"]
        self._began = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", "")
        step = max(PART, -(-self.size // MOST_PARTS))
        for number, start in enumerate(range(0, self.size, step), 1):
            last = min(start + step, self.size) - 1
            part = self._part(number, f"bytes={start}-{last}", head["ETag"])
            self._sent.append(self._uploads.submit(part, COPIES_AT_ONCE))

    def _part(self, number: int, where: str, etag: str) -> Any:
        def send() -> dict[str, Any]:
            answer = self._uploads.client.upload_part_copy(
                **self._target,
                UploadId=str(self._upload_id),
                PartNumber=number,
                CopySource=self._copied,
                CopySourceRange=where,
                CopySourceIfMatch=etag,
            )
            return {"ETag": answer["CopyPartResult"]["ETag"]}

        return send

    def end(self) -> None:
        """Do nothing: what is small is copied at the end."""

    def collect(self) -> None:
        """Wait until all parts are there."""
        for number, sent in enumerate(self._sent, 1):
            self._parts.append({"PartNumber": number, "ETag": self._uploads.result(sent)["ETag"]})

    def publish(self) -> None:
        """Make the object appear."""
        client = self._uploads.client
        if self._upload_id is None:
            self._uploads.ask(
                lambda: client.copy_object(**self._target, CopySource=self._copied, **self._uploads.arguments)
            )
        else:
            upload_id, parts, began = self._upload_id, self._parts, self._began
            self._uploads.ask(
                lambda: unfinished.complete(client, self._target, upload_id, parts, began, self.size)
            )
        self.published = True

    def discard(self) -> None:
        """Abort the copy, if it was begun and is not published."""
        if self._upload_id is not None and not self.published:
            unfinished.abort(self._uploads.client, self._uploads.bucket, self.key, self._upload_id)
