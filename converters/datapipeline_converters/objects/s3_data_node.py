"""S3DataNode: a file or a directory in S3."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from datapipeline_converters import refusals
from datapipeline_converters.assets import s3_asset
from datapipeline_converters.definition import Ref
from datapipeline_converters.ledger import emulated, exact, not_needed, verdict_table
from datapipeline_converters.objects.component import CannotConvertError, Context
from datapipeline_converters.objects.runnable import DATA_NODE, LOOKED_FOR, DataNode
from datapipeline_converters.plan import Argument, Call, FieldText

_S3_DATA_NODE = "datapipeline_provider.data_nodes.s3_data_node.S3DataNode"
_CSV = "datapipeline_provider.data_formats.csv.CSV"
_QUOTED = "datapipeline_provider.data_formats.quoted_csv.QuotedCSV"
_FORMATS = {
    "quoted-csv": _QUOTED,
    "json-lines": "datapipeline_provider.data_formats.json_lines.JSONLines",
    "parquet": "datapipeline_provider.data_formats.parquet.Parquet",
}
_WITH_HEADER = (None, _QUOTED)
# What the provider's data node calls as the choice is called.
_AS_CHOSEN = ("part_size_mb", "marker", "clean_up")
_ANOTHER = not_needed("you chose another format")
_BY_ENDING = not_needed("programs on the cluster know compressed files by their names")
_BY_CLUSTER = emulated(
    "the cluster writes: S3 encrypts with its own keys, or as the bucket or the cluster says"
)
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
    without_format = "give it a data format with columns"
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

    def as_location(self, context: Context) -> Call:
        """Return the provider's S3 data node with its path alone."""
        path = self._path()
        context.realise(self, dict.fromkeys(("compression", "dataFormat", "s3EncryptionType"), LOOKED_FOR))
        return Call(_S3_DATA_NODE, path, name=self.id)

    def as_files(self, context: Context) -> Call:
        """Return the provider's S3 data node; what holds anyway is left out."""
        arguments = self._path()
        context.realise(self, dict.fromkeys(("compression", "dataFormat"), _WHOLE))
        key = context.chosen(self, "kms_key_id").get("kms_key_id")
        if key is not None:
            arguments["kms_key_id"] = key
            context.note(self.id, "s3EncryptionType", emulated("the KMS key that you chose"))
        elif self.s3_encryption_type == "none":
            arguments["s3_encryption_type"] = "NONE"
        return Call(_S3_DATA_NODE, arguments, name=self.id)

    def as_staged(self, context: Context, *, columns: bool) -> Call:
        """Return the provider's S3 data node with what the cluster is told of its records."""
        arguments = self._path()
        context.realise(self, {"compression": _BY_ENDING, "s3EncryptionType": _BY_CLUSTER})
        if self.data_format is not None:
            data_format = context.get(self.data_format)
            arguments["data_format"] = data_format.as_staged_format(context, columns=columns)
        return Call(_S3_DATA_NODE, arguments, name=self.id)

    def _path(self) -> dict[str, Argument]:
        return (
            {"directory_path": self.directory_path} if self.directory_path else {"file_path": self.file_path}
        )

    def as_data_node(self, context: Context) -> Call:
        """Return the provider's S3 data node with what its records look like."""
        files = self.as_files(context)
        context.realise(self)
        arguments = dict(files.arguments)
        data_format = self._format(context)
        if data_format is not None:
            arguments["data_format"] = data_format
        chosen = context.chosen(self, "compression", *_AS_CHOSEN)
        compression = chosen.get("compression", self.compression)
        if compression != self.compression:
            context.note(self.id, "compression", emulated(f"`{compression}`, because you chose it"))
        if compression != "none":
            arguments["compression"] = compression
        arguments |= {name: chosen[name] for name in _AS_CHOSEN if name in chosen}
        return Call(files.path, arguments, name=self.id)

    def as_output(self, context: Context) -> Call:
        """Return the provider's S3 data node for records to be written, if its format can be."""
        if (
            self.data_format
            and context.get(self.data_format).only_read
            and not context.chosen(self, "file_format")
        ):
            raise CannotConvertError(refusals.ONLY_READ, format=self.data_format.id, id=self.id)
        return self.as_data_node(context)

    def _format(self, context: Context) -> Call | None:
        """Return the format of the records: the definition's, or the one that the user chose."""
        chosen = context.chosen(self, "file_format", "header")
        own = context.get(self.data_format) if self.data_format else None
        path, header = _FORMATS.get(str(chosen.get("file_format"))), chosen.get("header", False)
        data_format = own.as_data_format(context) if own and not path else None
        if own is not None and path:
            context.realise(own, dict.fromkeys(own.verdicts.keys() - {"parent"}, _ANOTHER))
        if path is None and not header:
            return data_format
        if own is not None:
            said = chosen.get("file_format", "a header")
            context.note(self.id, "dataFormat", emulated(f"`{said}`, because you chose it"))
        arguments: dict[str, Argument] = dict(data_format.arguments) if data_format else {}
        if header:
            if path not in _WITH_HEADER:
                raise CannotConvertError(refusals.NO_HEADER, id=self.id, format=chosen["file_format"])
            arguments["header"] = True
        columns = context.constants(own, "column") if own else ()
        if own is not None and columns:
            arguments["columns"] = columns
            context.note(own.id, "column", exact("the data format's `columns`"))
        return Call(path or (data_format.path if data_format else _CSV), arguments)

    def as_asset(self, context: Context) -> str | None:
        """Return the fixed beginning of the path."""
        field = "directoryPath" if self.directory_path else "filePath"
        return s3_asset(*context.fixed_beginning(self, field))
