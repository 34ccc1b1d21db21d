"""What a user may choose better than Data Pipeline had it: for every object, or for single ones in a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from datapipeline_converters.errors import UnreadableError, UsageError

Value: TypeAlias = "bool | int | str"

_ACTIVITIES = (
    *("CopyActivity", "EmrActivity", "HadoopActivity", "HiveActivity", "HiveCopyActivity", "PigActivity"),
    *("RedshiftCopyActivity", "ShellCommandActivity", "SqlActivity"),
)
_ON_CLUSTERS = (
    *("EmrActivity", "EmrCluster", "HadoopActivity", "HiveActivity", "HiveCopyActivity", "PigActivity"),
    "ShellCommandActivity",
)
_ON_SERVERLESS = ("EmrActivity", "EmrCluster", "HiveActivity")
_WITH_ROLES = (
    *("DynamoDBDataExists", "DynamoDBTableExists", "Ec2Resource", "EmrCluster"),
    *("S3KeyExists", "S3PrefixNotEmpty", "SnsAlarm"),
)
_DATABASES = ("JdbcDatabase", "MySqlDataNode", "RdsDatabase", "RedshiftDatabase", "SqlDataNode")


@dataclass(frozen=True)
class Choice:
    """One thing to choose.

    :param name: as the file has it; the command line's option has hyphens in it
    :param types: the Data Pipeline types of the objects that take it
    :param help: what it does, in a sentence
    :param valid: the words that are valid; "" for any text
    :param kind: what the text is read as
    :param written_only: chosen for every object, it holds for those that the pipeline itself writes
    """

    name: str
    types: tuple[str, ...]
    help: str
    valid: tuple[str, ...] = ()
    kind: type[bool] | type[int] | type[str] = str
    written_only: bool = False

    @property
    def option(self) -> str:
        """The command line's option."""
        return f"--{self.name.replace('_', '-')}"

    def read(self, text: object, place: str) -> Value:
        """Return what a text chooses; UsageError where it is none of the valid ones.

        :param place: where it stands, for the user
        """
        word = str(text).strip()
        if self.kind is bool:
            if word.lower() in {"true", "false"}:
                return word.lower() == "true"
            raise UsageError(f"{place}: {self.name} is {word!r}; valid: true, false.")
        if self.kind is int:
            if word.isdecimal() and word.isascii() and 0 < int(word) <= 1_000_000:
                return int(word)
            raise UsageError(f"{place}: {self.name} is {word!r}; it takes a whole number from 1 on.")
        if (self.valid and word not in self.valid) or not word:
            valid = f"valid: {', '.join(self.valid)}" if self.valid else "it takes a text"
            raise UsageError(f"{place}: {self.name} is {word!r}; {valid}.")
        return word


CHOICES = (
    Choice(
        "file_format",
        ("S3DataNode",),
        "Format of the files that copies write, instead of the definition's.",
        ("quoted-csv", "json-lines", "parquet"),
        written_only=True,
    ),
    Choice(
        "header",
        ("S3DataNode",),
        "A first record with the names of the columns.",
        kind=bool,
        written_only=True,
    ),
    Choice(
        "compression",
        ("S3DataNode",),
        "Compression of the files that copies write, instead of the definition's.",
        ("none", "gzip", "zstd"),
        written_only=True,
    ),
    Choice(
        "part_size_mb",
        ("S3DataNode",),
        "Size in MiB of the files that copies write into a directory.",
        kind=int,
        written_only=True,
    ),
    Choice(
        "marker",
        ("S3DataNode",),
        "What tells readers that a directory is complete: an object `_SUCCESS`, or a manifest.",
        ("success", "manifest"),
        written_only=True,
    ),
    Choice(
        "clean_up",
        ("S3DataNode",),
        "Characters to replace that a weak reader cannot take.",
        ("nul", "control_characters", "line_breaks", "tabs", "redshift"),
        written_only=True,
    ),
    Choice(
        "kms_key_id",
        ("S3DataNode", "ShellCommandActivity"),
        "KMS key for all objects that are written to S3.",
        written_only=True,
    ),
    Choice(
        "unwritable",
        ("CopyActivity",),
        "What becomes of a line feed and the like that the format cannot carry.",
        ("fail", "space", "remove", "escape"),
    ),
    Choice(
        "exactly_once",
        ("CopyActivity",),
        "Load into a database once, even if the worker dies after the commit; makes a table there.",
        kind=bool,
    ),
    Choice(
        "tls",
        _DATABASES,
        "Encryption of database connections: asked for, or with the server's certificate and name checked.",
        ("require", "verify"),
    ),
    Choice(
        "tls_ca",
        _DATABASES,
        "File on the workers with the certificates that `tls` `verify` trusts, the bundle of RDS say.",
    ),
    Choice(
        "cluster_id",
        _ON_CLUSTERS,
        "A running EMR cluster to work on, such as j-2AXXXXXXGAPLF, instead of one that is launched for the work.",
    ),
    Choice(
        "release_label",
        ("EmrCluster",),
        "Release of EMR clusters or of EMR Serverless, such as emr-5.36.2, instead of the definition's.",
    ),
    Choice(
        "instance_type",
        ("EmrCluster",),
        "Type of all machines of EMR clusters, such as m5.xlarge, instead of the definition's.",
    ),
    Choice(
        "run_on",
        ("Ec2Resource", "EmrCluster", *_ACTIVITIES),
        "Where work runs that ran on a machine, on a cluster or for a worker group: see docs/workers.md.",
        ("worker", "ec2", "ssh", "queue", "emr-serverless"),
    ),
    Choice(
        "application_id",
        _ON_SERVERLESS,
        "An application of EMR Serverless that there is, such as 00fXXXXXXXXXXX0l, for `run_on` `emr-serverless`, instead of "
        "one that each run creates and deletes.",
    ),
    Choice(
        "execution_role",
        _ON_SERVERLESS,
        "The ARN of the role that jobs of EMR Serverless run as, for `run_on` `emr-serverless`.",
    ),
    Choice(
        "queue",
        ("Ec2Resource", *_ACTIVITIES),
        "Airflow's queue for `run_on` `queue`, instead of the worker group's or the machine's name.",
    ),
    Choice(
        "ssh_conn_id",
        ("Ec2Resource", "ShellCommandActivity"),
        "A connection that Airflow has, for `run_on` `ssh`, instead of one for each machine.",
    ),
    Choice(
        "connection_per_role",
        _WITH_ROLES,
        "A connection to AWS for each `role` and `resourceRole`, which takes it on, instead of `aws_default` for all.",
        kind=bool,
    ),
)
"""Everything there is to choose."""

_BY_NAME = {choice.name: choice for choice in CHOICES}
_SECTIONS = ("all", "objects", "pipelines")


@dataclass(frozen=True)
class Choices:
    """What was chosen.

    :param everywhere: for all objects that take it
    :param objects: by the object's id
    :param pipelines: the same again for single pipelines, by name; they win, a single object over all of them
    """

    everywhere: Mapping[str, Value] = field(default_factory=dict)
    objects: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    pipelines: Mapping[str, Choices] = field(default_factory=dict)

    def of(self, pipeline: str, object_id: str, object_type: str, *, written: bool) -> dict[str, Value]:
        """Return what was chosen for an object, by the choice's name.

        :param written: whether the pipeline writes what the object stands for
        """
        parts = (self, self.pipelines.get(pipeline, Choices()))
        found = {
            name: value
            for each in parts
            for name, value in each.everywhere.items()
            if object_type in _BY_NAME[name].types and (written or not _BY_NAME[name].written_only)
        }
        found |= self.single(pipeline).get(object_id, {})
        return {choice.name: found[choice.name] for choice in CHOICES if choice.name in found}

    def single(self, pipeline: str) -> Mapping[str, Mapping[str, Value]]:
        """Return what was chosen for single objects of a pipeline, by object id."""
        return _joined(self.objects, self.pipelines.get(pipeline, Choices()).objects)

    def over(self, everywhere: Mapping[str, Value]) -> Choices:
        """Return these choices with others for all objects that win over those for all of a file, not over single ones."""
        return Choices({**self.everywhere, **everywhere}, self.objects, self.pipelines)

    def check(self, pipeline: str, types: Mapping[str, str]) -> None:
        """Refuse what was chosen for an object that cannot take it, or that the named pipeline does not have.

        :param types: the types of the pipeline's objects, by id
        :raises UsageError: as above
        """
        own = self.pipelines.get(pipeline, Choices()).objects
        for object_id, values in self.single(pipeline).items():
            if object_id not in types:
                if object_id in own:
                    raise UsageError(f"--overrides: pipeline {pipeline!r} has no object {object_id!r}.")
                continue
            for name in values:
                if types[object_id] not in _BY_NAME[name].types:
                    raise UsageError(
                        f"--overrides: object {object_id!r} of {pipeline!r} is of type {types[object_id]}, which does not take "
                        f"`{name}`; it is for {', '.join(_BY_NAME[name].types)}."
                    )


def read_choices(paths: Sequence[Path]) -> Choices:
    """Read the files of `--overrides`; later ones win, each choice by itself.

    :raises UnreadableError: when a file is no JSON or YAML
    :raises UsageError: when it holds something that cannot be chosen
    """
    from datapipeline_converters.values_files import read_document

    chosen = Choices()
    for path in paths:
        chosen = _merged(chosen, _choices(read_document(path), str(path), _SECTIONS))
    return chosen


def _choices(document: Any, place: str, sections: Sequence[str]) -> Choices:
    entries = _mapping(document, place)
    if unknown := [key for key in entries if key not in sections]:
        raise UsageError(f"{place}: `{unknown[0]}` is no part of it; there are: {', '.join(sections)}.")
    return Choices(
        _values(entries.get("all"), f"{place}: all"),
        {
            str(name): _values(values, f"{place}: objects: {name}")
            for name, values in _mapping(entries.get("objects"), f"{place}: objects").items()
        },
        {
            str(name): _choices(part, f"{place}: pipelines: {name}", _SECTIONS[:2])
            for name, part in _mapping(entries.get("pipelines"), f"{place}: pipelines").items()
        },
    )


def _values(section: Any, place: str) -> dict[str, Value]:
    values = {}
    for name, value in _mapping(section, place).items():
        if name not in _BY_NAME:
            raise UsageError(f"{place}: `{name}` cannot be chosen; there are: {', '.join(_BY_NAME)}.")
        values[name] = _BY_NAME[name].read(value, place)
    return values


def _mapping(section: Any, place: str) -> Mapping[Any, Any]:
    if section in (None, ""):
        return {}
    if not isinstance(section, dict):
        raise UnreadableError(
            place, "no mapping", "Write `all`, `objects` and `pipelines`, as the README shows."
        )
    return section


def _merged(earlier: Choices, later: Choices) -> Choices:
    names = [*earlier.pipelines, *later.pipelines]
    nothing = Choices()
    return Choices(
        {**earlier.everywhere, **later.everywhere},
        _joined(earlier.objects, later.objects),
        {
            name: _merged(earlier.pipelines.get(name, nothing), later.pipelines.get(name, nothing))
            for name in dict.fromkeys(names)
        },
    )


def _joined(
    earlier: Mapping[str, Mapping[str, Value]], later: Mapping[str, Mapping[str, Value]]
) -> dict[str, dict[str, Value]]:
    """Return both, by object id, each choice by itself."""
    return {
        name: {**earlier.get(name, {}), **later.get(name, {})} for name in dict.fromkeys((*earlier, *later))
    }
