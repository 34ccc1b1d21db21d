"""A file or a directory in S3."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from datapipeline_provider.data_formats.csv import CSV
from datapipeline_provider.exceptions import DatapipelineError
from datapipeline_provider.s3 import address

if TYPE_CHECKING:
    from datapipeline_provider.data_formats.delimited import DataFormat

COMPRESSIONS = {"none": False, "gzip": True}
# What Data Pipeline calls the encryption, and what S3 is asked for when an object is written.
ENCRYPTIONS: dict[str, dict[str, str]] = {
    "SERVER_SIDE_ENCRYPTION": {"ServerSideEncryption": "AES256"},
    "NONE": {},
}


class S3DataNodeError(DatapipelineError):
    """An S3DataNode with a value that it cannot have."""

    def __init__(self, what: str, value: object, valid: str) -> None:
        super().__init__(f"S3DataNode: {what} is {value!r}; valid: {valid}.")


@dataclass
class S3DataNode:
    """A file or a directory in S3 (dp-object-s3datanode).

    Directories do not exist in S3: `directory_path` means all objects below that prefix. Its trailing slash
    is optional; `//` inside a key is kept, as S3 keeps it.

    :param directory_path: `s3://bucket/prefix`; templated. Exactly one of the two paths is given.
    :param file_path: `s3://bucket/key`; templated.
    :param data_format: how records are written; unquoted CSV if not given.
    :param compression: `none` or `gzip`; templated. Used by copies only.
    :param s3_encryption_type: `SERVER_SIDE_ENCRYPTION` (keys managed by S3) or `NONE` (the bucket's own
        default), for objects written here.
    :raises S3DataNodeError: none or both of the paths are given, or the encryption is another word.
    """

    directory_path: str | None = None
    file_path: str | None = None
    data_format: DataFormat = field(default_factory=CSV)
    compression: str = "none"
    s3_encryption_type: str = "SERVER_SIDE_ENCRYPTION"

    template_fields: ClassVar[tuple[str, ...]] = ("directory_path", "file_path", "compression")

    def __post_init__(self) -> None:
        if (self.directory_path is None) == (self.file_path is None):
            paths = {"directory_path": self.directory_path, "file_path": self.file_path}
            raise S3DataNodeError("the path", paths, "exactly one of directory_path and file_path")
        if self.s3_encryption_type not in ENCRYPTIONS:
            raise S3DataNodeError("s3_encryption_type", self.s3_encryption_type, ", ".join(ENCRYPTIONS))

    @property
    def is_directory(self) -> bool:
        """Whether the node is a directory rather than one file."""
        return self.file_path is None

    @property
    def address(self) -> str:
        """The path as it was given."""
        return self.file_path or self.directory_path or ""

    @property
    def bucket(self) -> str:
        """The bucket; after rendering. S3AddressError if the path is not an S3 address."""
        return address.split(self.address)[0]

    @property
    def key(self) -> str:
        """The file's key, or the directory's prefix with its slash (empty for a whole bucket); after rendering."""
        key = address.split(self.address)[1]
        if self.is_directory:
            return key if not key or key.endswith("/") else f"{key}/"
        if not key or key.endswith("/"):
            raise address.S3AddressError(self.address, "s3://bucket/key, ending in a file's name")
        return key

    @property
    def gzipped(self) -> bool:
        """Whether the objects are compressed; after rendering. S3DataNodeError for an unknown compression."""
        try:
            return COMPRESSIONS[self.compression.lower()]
        except KeyError:
            raise S3DataNodeError("compression", self.compression, ", ".join(COMPRESSIONS)) from None

    @property
    def write_arguments(self) -> dict[str, str]:
        """What boto3 is told about encryption when an object is written."""
        return dict(ENCRYPTIONS[self.s3_encryption_type])

    def serialize(self) -> dict[str, object]:
        """Give the node as JSON values, for display and for the DAG's hash."""
        return {
            "type": "S3DataNode",
            "directory_path": self.directory_path,
            "file_path": self.file_path,
            "data_format": self.data_format.serialize(),
            "compression": self.compression,
            "s3_encryption_type": self.s3_encryption_type,
        }
