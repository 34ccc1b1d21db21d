"""One object of several that appear together: in one request at the end, or from parts that are there already."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from datapipeline_provider.s3 import address, unfinished
from datapipeline_provider.s3.errors import told

if TYPE_CHECKING:
    from concurrent.futures import Future

    from datapipeline_provider.s3.upload import Uploads


class InParts(ABC):
    """One object of `Uploads`."""

    def __init__(self, uploads: Uploads, key: str) -> None:
        self._uploads, self.key = uploads, key
        self._target: Any = {"Bucket": uploads.bucket, "Key": key}
        self._upload_id: str | None = None
        self._began = ""
        self._sent: list[Future[dict[str, Any]]] = []
        self._parts: list[Any] = []
        self.published = False
        self.size = 0
        """Bytes."""

    @property
    def address(self) -> str:
        """The object's `s3://` address."""
        return address.join(self._uploads.bucket, self.key)

    def describe(self) -> str:
        """Name the object for an error."""
        return self.address

    @abstractmethod
    def end(self) -> None:
        """Take no more."""

    @abstractmethod
    def _in_one(self) -> object:
        """Make the object appear that was not begun in parts."""

    def collect(self) -> None:
        """Wait until all parts are there; S3Error if one is refused."""
        with told(self.describe()):
            for number, sent in enumerate(self._sent, 1):
                self._parts.append({"PartNumber": number, "ETag": self._uploads.result(sent)["ETag"]})

    def publish(self) -> None:
        """Make the object appear; S3Error if S3 refuses."""
        with told(self.describe()):
            self._uploads.ask(self._in_one if self._upload_id is None else self._complete)
        self.published = True

    def discard(self) -> None:
        """Abort the upload, if it was begun and is not published."""
        if self._upload_id is not None and not self.published:
            unfinished.abort(self._uploads.client, self._uploads.bucket, self.key, self._upload_id)

    def _begin(self, **kept: Any) -> None:
        """Begin an upload in parts.

        :param kept: what the object has beside its bytes.
        """
        begin = self._uploads.client.create_multipart_upload
        with told(self.describe()):
            answer = self._uploads.ask(lambda: begin(**self._target, **kept, **self._uploads.arguments))
        self._upload_id = answer["UploadId"]
        self._began = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", "")

    def _complete(self) -> None:
        unfinished.complete(
            self._uploads.client, self._target, str(self._upload_id), self._parts, self._began, self.size
        )
