"""S3DataNode: a file or a directory in S3."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from datapipeline_converters.assets import s3_asset
from datapipeline_converters.definition import Ref
from datapipeline_converters.ledger import exact, not_needed, verdict_table
from datapipeline_converters.objects.component import CannotConvertError, Context
from datapipeline_converters.objects.runnable import DATA_NODE, DataNode
from datapipeline_converters.plan import Argument, Call, FieldText

_WHOLE = not_needed("whole files are copied: nobody reads the records in them")


@dataclass(frozen=True, kw_only=True)
class S3DataNode(DataNode):
    """Data in S3; the trailing slash of a directory is optional."""

    directory_path: FieldText | None = None
    file_path: FieldText | None = None
    data_format: Ref | None = None
    compression: Literal["none", "gzip"] = "none"
    s3_encryption_type: Literal["server_side_encryption", "none"] = "server_side_encryption"

    page = "dp-object-s3datanode"
    in_s3 = True
    verdicts = verdict_table(
        DATA_NODE,
        {
            "compression": exact("the data node's `compression`"),
            "dataFormat": exact("the data node's `data_format`"),
            "directoryPath": exact("the data node's `directory_path`"),
            "filePath": exact("the data node's `file_path`"),
            "manifestFilePath": not_needed("only RedshiftCopyActivity reads a manifest"),
            "s3EncryptionType": exact("the data node's `s3_encryption_type`"),
        },
    )

    def as_files(self, context: Context) -> Call:
        """Return the provider's S3 data node; what holds anyway is left out."""
        if (self.directory_path is None) == (self.file_path is None):
            raise CannotConvertError(
                f"S3DataNode {self.id!r} needs exactly one of directoryPath and filePath."
            )
        context.realise(self, dict.fromkeys(("compression", "dataFormat"), _WHOLE))
        arguments: dict[str, Argument] = (
            {"directory_path": self.directory_path} if self.directory_path else {"file_path": self.file_path}
        )
        if self.s3_encryption_type == "none":
            arguments["s3_encryption_type"] = "NONE"
        return Call("datapipeline_provider.data_nodes.s3_data_node.S3DataNode", arguments, name=self.id)

    def as_data_node(self, context: Context) -> Call:
        """Return the provider's S3 data node with what its records look like."""
        files = self.as_files(context)
        context.realise(self)
        arguments = dict(files.arguments)
        data_format = context.get(self.data_format).as_data_format(context) if self.data_format else None
        if data_format is not None:
            arguments["data_format"] = data_format
        if self.compression != "none":
            arguments["compression"] = self.compression
        return Call(files.path, arguments, name=self.id)

    def as_asset(self, context: Context) -> str | None:
        """Return the fixed beginning of the path."""
        field = "directoryPath" if self.directory_path else "filePath"
        return s3_asset(*context.fixed_beginning(self, field))
