"""A file or a directory in S3."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from datapipeline_provider.data_formats import clean_up
from datapipeline_provider.data_formats.csv import CSV
from datapipeline_provider.exceptions import DatapipelineError
from datapipeline_provider.s3 import address, encryption
from datapipeline_provider.s3.compression import METHODS

if TYPE_CHECKING:
    from datapipeline_provider.data_formats.clean_up import CleanUp
    from datapipeline_provider.data_formats.delimited import DataFormat

MARKERS = ("none", "success", "manifest")


class S3DataNodeError(DatapipelineError):
    """An S3DataNode with a value that it cannot have."""

    def __init__(self, what: str, value: object, valid: str) -> None:
        super().__init__(f"S3DataNode: {what} is {value!r}; valid: {valid}.")


@dataclass
class S3DataNode:
    """A file or a directory in S3 (dp-object-s3datanode).

    Directories do not exist in S3: `directory_path` means all objects below that prefix. Its trailing slash
    is optional; `//` inside a key is kept, as S3 keeps it.

    :param directory_path: `s3://bucket/prefix`; templated. Exactly one of the three paths is given.
    :param file_path: `s3://bucket/key`; templated.
    :param manifest_file_path: `s3://bucket/key` of a manifest as Redshift has it, which lists the input files
        (dp-object-s3datanode); templated. Only for inputs.
    :param data_format: how records are written; unquoted CSV if not given.
    :param compression: `none`, `gzip`, or `zstd` (needs the extra `zstd`); templated. Used by copies only.
    :param s3_encryption_type: `SERVER_SIDE_ENCRYPTION` (keys managed by S3) or `NONE` (the bucket's own
        default), for objects written here.
    :param kms_key_id: a key of KMS (its id, ARN or alias), with which objects written here are encrypted; templated.
    :param part_size_mb: a copy cuts its output into files `NAME-00001`, `NAME-00002` ... of about so many MiB as
        stored, each of whole records; one file if not given.
    :param clean_up: what a copy replaces in the values that it writes here: names of `clean_up.PRESETS`, or a table
        from a character to a text.
    :param marker: what a copy writes when all its objects are there: `success`, an empty `_SUCCESS` beside them;
        `manifest`, their list as Redshift reads it, `_NAME.manifest`; or `none`.
    :raises S3DataNodeError: not exactly one of the paths is given, or `part_size_mb` or `marker` is wrong.
    :raises EncryptionError: the encryption is another word, or there is a key without encryption.
    :raises CleanUpError: `clean_up` is something else.
    """

    directory_path: str | None = None
    file_path: str | None = None
    data_format: DataFormat = field(default_factory=CSV)
    compression: str = "none"
    s3_encryption_type: str = "SERVER_SIDE_ENCRYPTION"
    kms_key_id: str | None = None
    manifest_file_path: str | None = None
    part_size_mb: int | None = None
    clean_up: CleanUp = None
    marker: str = "none"

    template_fields: ClassVar[tuple[str, ...]] = (
        "directory_path",
        "file_path",
        "manifest_file_path",
        "compression",
        "kms_key_id",
    )

    def __post_init__(self) -> None:
        names = ("directory_path", "file_path", "manifest_file_path")
        paths = {name: getattr(self, name) for name in names}
        if sum(path is not None for path in paths.values()) != 1:
            raise S3DataNodeError(
                "the path", paths, "exactly one of directory_path, file_path and manifest_file_path"
            )
        if self.part_size_mb is not None and self.part_size_mb < 1:
            raise S3DataNodeError("part_size_mb", self.part_size_mb, "1 or more")
        if self.marker not in MARKERS:
            raise S3DataNodeError("marker", self.marker, ", ".join(MARKERS))
        encryption.check(self.s3_encryption_type, self.kms_key_id)
        clean_up.table(self.clean_up)

    @property
    def is_directory(self) -> bool:
        """Whether the node is a directory, or a manifest's list, rather than one file."""
        return self.file_path is None

    @property
    def address(self) -> str:
        """The path as it was given."""
        return self.file_path or self.directory_path or self.manifest_file_path or ""

    @property
    def bucket(self) -> str:
        """The bucket; after rendering. S3AddressError if the path is not an S3 address."""
        return address.split(self.address)[0]

    @property
    def key(self) -> str:
        """The file's key, or the directory's prefix with its slash (empty for a whole bucket); after rendering."""
        key = address.split(self.address)[1]
        if self.directory_path is not None:
            return address.prefix(key)
        if not key or key.endswith("/"):
            raise address.S3AddressError(self.address, "s3://bucket/key, ending in a file's name")
        return key

    @property
    def packing(self) -> str:
        """How the objects are compressed; after rendering. S3DataNodeError for an unknown compression."""
        name = self.compression.lower()
        if name not in METHODS:
            raise S3DataNodeError("compression", self.compression, ", ".join(METHODS))
        return name

    @property
    def write_arguments(self) -> dict[str, str]:
        """What boto3 is told about encryption when an object is written."""
        return encryption.write_arguments(self.s3_encryption_type, self.kms_key_id)

    def serialize(self) -> dict[str, object]:
        """Give the node as JSON values, for display and for the DAG's hash."""
        return {
            "type": "S3DataNode",
            "directory_path": self.directory_path,
            "file_path": self.file_path,
            "data_format": self.data_format.serialize(),
            "compression": self.compression,
            "s3_encryption_type": self.s3_encryption_type,
            "kms_key_id": self.kms_key_id,
            "manifest_file_path": self.manifest_file_path,
            "part_size_mb": self.part_size_mb,
            "clean_up": clean_up.table(self.clean_up),
            "marker": self.marker,
        }
