"""What data a pipeline reads and writes, as far as it is known before any run; what SQL and commands name is not seen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from datapipeline_converters.assessment.subject import GAP, Known, Subject
from datapipeline_converters.assessment.summary import Dataset
from datapipeline_converters.inheritance import EffectiveObject
from datapipeline_converters.jdbc import connection_from_jdbc

_S3 = re.compile(r"\s*s3[na]?://([^/]*)/?(.*?)\s*", re.IGNORECASE | re.DOTALL)
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,254}")
# What a template was to fill in, and nobody has: no name in AWS looks like this.
_PLACEHOLDER = re.compile(r"\$\{[^}]*\}")
_TABLES = ("SqlDataNode", "MySqlDataNode", "RedshiftDataNode")


@dataclass(frozen=True)
class S3Path:
    """A path in S3 as far as it is known.

    :param key: cut at its last slash where not all of it is known
    :param folder: whether what lies below belongs to it
    :param shape: the key with signs for what is not known, "" where all of it is
    """

    bucket: str
    key: str
    whole: bool
    folder: bool
    shape: str = ""

    @property
    def dataset(self) -> Dataset:
        """What several pipelines may share."""
        return Dataset("s3", self.bucket, self.key.strip("/"), self.whole, self.shape.strip("/"))


def s3_path(known: Known, *, folder: bool) -> S3Path | None:
    """Return a text as a path in S3; None where it is none, or its bucket is not known.

    :param folder: whether the field holds a folder
    """
    match = _S3.fullmatch(_PLACEHOLDER.sub(GAP, known.text))
    if match is None or not _BUCKET.fullmatch(match[1]):
        return None
    key = match[2]
    if GAP not in key:
        return S3Path(match[1], key, whole=True, folder=folder)
    shaped = _S3.fullmatch(_PLACEHOLDER.sub(GAP, known.shape or known.text))
    shape = shaped[2] if shaped else ""
    return S3Path(match[1], key.partition(GAP)[0].rpartition("/")[0], whole=False, folder=True, shape=shape)


def reads_and_writes(subject: Subject) -> tuple[tuple[Dataset, ...], tuple[Dataset, ...]]:
    """Return what a pipeline reads or waits for, and what it writes."""
    reads: dict[Dataset, None] = {}
    writes: dict[Dataset, None] = {}
    for item in subject.objects():
        for field, found in (("input", reads), ("output", writes)):
            for node in subject.referred(item, field):
                found.update(dict.fromkeys(_of_node(subject, node)))
        reads.update(dict.fromkeys(_of_precondition(subject, item)))
    return tuple(reads), tuple(writes)


def _of_node(subject: Subject, node: EffectiveObject) -> Iterator[Dataset]:
    if node.type == "S3DataNode":
        for field, known in subject.texts(node, "filePath", "directoryPath"):
            if path := s3_path(known, folder=field == "directoryPath"):
                yield path.dataset
    elif node.type == "DynamoDBDataNode":
        yield from dynamodb_table(subject, node)
    elif node.type in _TABLES:
        named = subject.text(node, "tableName" if node.type == "RedshiftDataNode" else "table")
        schema = subject.text(node, "schemaName")
        if named is not None and _is_name(named) and (schema is None or schema.whole):
            table = f"{schema.text}.{named.text}" if schema and "." not in named.text else named.text
            for place in _databases(subject, node):
                yield Dataset("table", place, table.strip().lower())


def dynamodb_table(subject: Subject, item: EffectiveObject) -> Iterator[Dataset]:
    """Yield the DynamoDB table that an object names, if it is known."""
    known, region = subject.text(item, "tableName"), subject.text(item, "region")
    if known is not None and _is_name(known):
        yield Dataset("dynamodb", region.text if region and region.whole else "", known.text.strip())


def _is_name(known: Known) -> bool:
    return known.whole and bool(known.text.strip()) and not _PLACEHOLDER.search(known.text)


def _databases(subject: Subject, node: EffectiveObject) -> Iterator[str]:
    """Yield where the database of a table is: host or identifier, and its name; never who logs in."""
    for item in (*subject.referred(node, "database"), *([node] if "connectionString" in node.fields else [])):
        name = subject.text(item, "databaseName")
        database = name.text.strip() if name and name.whole else ""
        for field, known in subject.texts(item, "rdsInstanceId", "clusterId", "connectionString"):
            if not _is_name(known):
                continue
            host = known.text.strip()
            if field == "connectionString":
                connection, _ = connection_from_jdbc(item.id, host, None, None)
                host, database = connection.host or "", connection.schema or database
            if host:
                yield f"{host}/{database}".rstrip("/").lower()
            break


def _of_precondition(subject: Subject, item: EffectiveObject) -> Iterator[Dataset]:
    if item.type in {"DynamoDBTableExists", "DynamoDBDataExists"}:
        yield from dynamodb_table(subject, item)
        return
    fields = {"S3KeyExists": "s3Key", "S3PrefixNotEmpty": "s3Prefix"}
    for field, known in subject.texts(item, fields.get(item.type or "", "")):
        if path := s3_path(known, folder=field == "s3Prefix"):
            yield path.dataset
