"""The smallest IAM policy that converted work needs: which actions, on what."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from datapipeline_converters.assessment.datasets import S3Path, dynamodb_table, s3_path
from datapipeline_converters.assessment.shell_words import commands_in, name_of
from datapipeline_converters.assessment.subject import Known, Subject
from datapipeline_converters.assessment.summary import Need
from datapipeline_converters.inheritance import EffectiveObject

# What AWS takes in one managed policy, blanks not counted.
LONGEST_POLICY = 6144


@dataclass(frozen=True)
class Purpose:
    """What one kind of work needs.

    :param sid: names its statement
    """

    sid: str
    actions: tuple[str, ...]


PURPOSES: Mapping[str, Purpose] = {
    "s3-read": Purpose("ReadObjects", ("s3:GetObject",)),
    "s3-write": Purpose("WriteObjects", ("s3:AbortMultipartUpload", "s3:PutObject")),
    "s3-list": Purpose("ListFolders", ("s3:ListBucket",)),
    "sns": Purpose("SendAlarms", ("sns:Publish",)),
    "rds": Purpose("FindRdsInstances", ("rds:DescribeDBInstances",)),
    "redshift": Purpose("FindRedshiftClusters", ("redshift:DescribeClusters",)),
    "dynamodb-look": Purpose("LookIntoTables", ("dynamodb:DescribeTable", "dynamodb:Scan")),
    "dynamodb-read": Purpose("ReadTables", ("dynamodb:DescribeTable", "dynamodb:Scan")),
    "dynamodb-write": Purpose(
        "WriteTables", ("dynamodb:BatchWriteItem", "dynamodb:DescribeTable", "dynamodb:PutItem")
    ),
    "emr-start": Purpose("StartClusters", ("elasticmapreduce:ListClusters", "elasticmapreduce:RunJobFlow")),
    "emr-tag": Purpose("TagClusters", ("elasticmapreduce:AddTags",)),
    "emr-run": Purpose(
        "RunSteps",
        (
            "elasticmapreduce:AddJobFlowSteps",
            "elasticmapreduce:CancelSteps",
            "elasticmapreduce:DescribeCluster",
            "elasticmapreduce:DescribeStep",
            "elasticmapreduce:ListSteps",
            "elasticmapreduce:TerminateJobFlows",
        ),
    ),
    "pass-role": Purpose("HandRolesToClusters", ("iam:PassRole",)),
}
_PASSED_TO = ("ec2.amazonaws.com", "elasticmapreduce.amazonaws.com")
_LIST = "s3-list"
_EMR_ROLES = {"role": "DataPipelineDefaultRole", "resourceRole": "DataPipelineDefaultResourceRole"}
_PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}
# Options of the AWS CLI before the service's name that take a value.
_CLI_OPTIONS = frozenset(
    {"--ca-bundle", "--cli-connect-timeout", "--cli-read-timeout", "--color", "--endpoint-url", "--output"}
    | {"--profile", "--query", "--region"}
)
_NO_ACCESS = frozenset({"configure", "help"})
_UNKNOWN = "is not known before a run"


def needs(subject: Subject) -> tuple[tuple[Need, ...], tuple[str, ...]]:
    """Return what a pipeline needs, and where it needs something that only a run knows."""
    found: dict[Need, None] = {}
    unknown: dict[str, None] = {}
    partition = _partition(subject)
    for item in subject.objects():
        for one in _of_object(subject, item):
            if isinstance(one, Need):
                found.setdefault(replace(one, partition=partition))
            else:
                unknown.setdefault(one)
    return tuple(found), tuple(unknown)


def _partition(subject: Subject) -> str:
    """Return the part of AWS that a pipeline is in, as its regions say."""
    for item in subject.objects():
        for _, known in subject.texts(item, "region"):
            for beginning, partition in _PARTITIONS.items():
                if known.text.strip().startswith(beginning):
                    return partition
    return "aws"


def _of_object(subject: Subject, item: EffectiveObject) -> Iterator[Need | str]:
    if item.type == "S3DataNode":
        yield from _of_node(subject, item)
    elif item.type == "DynamoDBDataNode":
        if subject.is_referred_to(item.id, "input"):
            yield from _table(subject, item, "dynamodb-read")
        if subject.is_referred_to(item.id, "output"):
            yield from _table(subject, item, "dynamodb-write")
    elif item.type in {"DynamoDBTableExists", "DynamoDBDataExists"}:
        yield from _table(subject, item, "dynamodb-look")
    elif item.type == "EmrCluster":
        yield Need("emr-start", "*")
        yield Need("emr-run", "elasticmapreduce:*:*:cluster/*")
        if subject.model.own_tags:
            yield Need("emr-tag", "elasticmapreduce:*:*:cluster/*")
        for field, default in _EMR_ROLES.items():
            known = subject.text(item, field) or Known(default)
            if known.whole:
                yield Need("pass-role", f"iam::*:role/{_role(known.text.strip())}")
            else:
                yield _unknown(item, field, "the role that is handed to the cluster")
        # Where the logs go, what is made for the steps is stored, too.
        for field, known in subject.texts(
            item, "emrLogUri" if "emrLogUri" in item.fields else "pipelineLogUri"
        ):
            for purpose in ("s3-read", "s3-write"):
                yield from _s3(item, field, known, purpose, folder=True)
    yield from _of_fields(subject, item)


def _role(text: str) -> str:
    """Return the name of a role, behind its path where the definition gives its ARN."""
    return text.partition("/")[2] if text.startswith("arn:") else text


def _of_fields(subject: Subject, item: EffectiveObject) -> Iterator[Need | str]:
    """Yield what fields need that mean the same on every type that has them."""
    for field, known in subject.texts(item, "s3Key", "scriptUri"):
        yield from _s3(item, field, known, "s3-read", folder=False)
        # Who may not list a bucket is told 403 of a missing key, not 404: what waits for the key would fail.
        if field == "s3Key" and (path := s3_path(known, folder=False)):
            yield Need(_LIST, f"s3:::{path.bucket}/*")
    for field, known in subject.texts(item, "s3Prefix"):
        yield from _listed(item, field, known)
    for field, known in subject.texts(item, "stdout", "stderr"):
        yield from _s3(item, field, known, "s3-write", folder=False)
    if item.type == "SnsAlarm":
        for field, known in subject.texts(item, "topicArn"):
            arn = known.text.strip()
            if known.whole and arn.startswith("arn:") and arn.count(":") >= 5:
                yield Need("sns", arn.split(":", 2)[2])
            else:
                yield _unknown(item, field, "the topic")
    if item.type in {"RdsDatabase", "RedshiftDatabase"}:
        for field, purpose, kind in (
            ("rdsInstanceId", "rds", "rds:*:*:db"),
            ("clusterId", "redshift", "redshift:*:*:cluster"),
        ):
            for _, known in subject.texts(item, field):
                if known.whole:
                    yield Need(purpose, f"{kind}:{known.text.strip().partition('.')[0]}")
                else:
                    yield _unknown(item, field, "the database")
    if item.type in {"ShellCommandActivity", "ShellCommandPrecondition"}:
        for field, known in subject.texts(item, "command", "scriptArgument"):
            if "s3://" in known.text:
                yield f"object `{item.id}`, field `{field}`: what the command does with `s3://` is not in the policy"
            if field == "command" and (services := _services(known.text)):
                named = ", ".join(f"`aws {service}`" for service in services)
                yield f"object `{item.id}`, field `{field}`: what the command does with {named} is not in the policy"


def _services(text: str) -> list[str]:
    """Return the services that commands of the AWS CLI use, besides paths in S3, which are told of otherwise."""
    found: dict[str, None] = {}
    for command in commands_in(text):
        if name_of(command) != "aws":
            continue
        words = iter(command[1:])
        for word in words:
            if not word.startswith("-"):
                found.setdefault(word)
                break
            if word in _CLI_OPTIONS:
                next(words, None)
    told = {"s3", "s3api"} if "s3://" in text else set()
    return [service for service in found if service not in _NO_ACCESS | told]


def _of_node(subject: Subject, node: EffectiveObject) -> Iterator[Need | str]:
    read = subject.is_referred_to(node.id, "input") or "precondition" in node.fields
    written = subject.is_referred_to(node.id, "output")
    looked_for = any(it.type == "Exists" for it in subject.referred(node, "precondition"))
    for field, known in subject.texts(node, "filePath", "directoryPath", "manifestFilePath"):
        folder = field == "directoryPath"
        if read:
            yield from _s3(node, field, known, "s3-read", folder=folder)
            if folder:
                yield from _listed(node, field, known)
            elif looked_for and (path := s3_path(known, folder=False)):
                yield Need(_LIST, f"s3:::{path.bucket}/*")  # as for an S3KeyExists
        if written:
            yield from _s3(node, field, known, "s3-write", folder=folder)


def _table(subject: Subject, item: EffectiveObject, purpose: str) -> Iterator[Need | str]:
    tables = list(dynamodb_table(subject, item))
    for table in tables:
        yield Need(purpose, f"dynamodb:{table.place or '*'}:*:table/{table.path}")
    if not tables:
        yield _unknown(item, "tableName", "the table")


def _s3(
    item: EffectiveObject, field: str, known: Known, purpose: str, *, folder: bool
) -> Iterator[Need | str]:
    path = s3_path(known, folder=folder)
    if path is None:
        if "://" in known.text or not known.whole:
            yield _unknown(item, field, "the bucket")
        return
    yield Need(purpose, f"s3:::{path.bucket}/{_pattern(path)}")


def _listed(item: EffectiveObject, field: str, known: Known) -> Iterator[Need | str]:
    path = s3_path(known, folder=True)
    if path is None:
        yield _unknown(item, field, "the bucket")
    else:
        yield Need(_LIST, f"s3:::{path.bucket}/{_pattern(path)}")


def _pattern(path: S3Path) -> str:
    """Return the keys of a path; what the definition writes as `*` or `?` would be a pattern, and is made one character."""
    key = path.key.strip("/").replace("*", "?")
    if not path.folder:
        return key
    return f"{key}/*" if key else "*"


def _unknown(item: EffectiveObject, field: str, what: str) -> str:
    return f"object `{item.id}`, field `{field}`: {what} {_UNKNOWN}"


def policies(found: Iterable[Need]) -> list[dict[str, Any]]:
    """Return policies that allow what is needed and nothing else, as many as AWS's limit of their length asks for."""
    by_purpose: dict[tuple[str, str], set[str]] = {}
    for need in found:
        by_purpose.setdefault((need.partition, need.purpose), set()).add(need.resource)
    result = []
    for partition in sorted({partition for partition, _ in by_purpose}):
        statements = (
            statement
            for purpose in PURPOSES
            for statement in _statements(
                purpose, _widest(by_purpose.get((partition, purpose), ())), partition
            )
        )
        result += [{"Version": "2012-10-17", "Statement": _numbered(part)} for part in _parts(statements)]
    return result


def policy_text(policy: Mapping[str, Any]) -> str:
    """Return a policy as JSON for people."""
    return json.dumps(policy, indent=2)


def _widest(resources: Iterable[str]) -> list[str]:
    """Return resources without those that another, which ends in `/*`, covers."""
    found: list[str] = []
    wide: set[str] = set()
    for resource in sorted(resources, key=lambda text: (text.count("/"), text)):
        parts = resource.split("/")
        if any("/".join([*parts[:end], "*"]) in wide for end in range(1, len(parts))):
            continue
        found.append(resource)
        if resource.endswith("/*"):
            wide.add(resource)
    return sorted(found)


def _statements(purpose: str, resources: Sequence[str], partition: str) -> Iterator[dict[str, Any]]:
    known = PURPOSES[purpose]
    allowed = {"Effect": "Allow", "Action": list(known.actions)}
    arns = [text if text == "*" else f"arn:{partition}:{text}" for text in resources]
    if purpose == _LIST:
        yield from _lists(allowed, known.sid, arns)
        return
    condition = {"StringEquals": {"iam:PassedToService": list(_PASSED_TO)}} if purpose == "pass-role" else {}
    for part in _chunks(arns):
        yield {"Sid": known.sid, **allowed, "Resource": part} | (
            {"Condition": condition} if condition else {}
        )


def _lists(allowed: Mapping[str, Any], sid: str, arns: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Yield a statement a bucket: the folders that may be listed are a condition on it."""
    folders: dict[str, list[str]] = {}
    for arn in arns:
        bucket, _, pattern = arn.partition("/")
        folders.setdefault(bucket, []).append(pattern)
    everything = sorted(bucket for bucket, patterns in folders.items() if "*" in patterns)
    for part in _chunks(everything):
        yield {"Sid": sid, **allowed, "Resource": part}
    for bucket, patterns in sorted(folders.items()):
        if bucket in everything:
            continue
        for part in _chunks(patterns):
            prefixes = [text for pattern in part for text in (pattern.removesuffix("/*"), pattern)]
            condition = {"StringLike": {"s3:prefix": prefixes}}
            yield {"Sid": sid, **allowed, "Resource": [bucket], "Condition": condition}


def _chunks(texts: Sequence[str]) -> Iterator[list[str]]:
    """Yield texts in parts that leave room in a policy."""
    part: list[str] = []
    room = LONGEST_POLICY // 3
    for text in texts:
        if part and sum(map(len, part)) + len(text) > room:
            yield part
            part = []
        part.append(text)
    if part:
        yield part


def _parts(statements: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    part: list[dict[str, Any]] = []
    length = 0
    for statement in statements:
        own = len(json.dumps(statement, separators=(",", ":"))) + 20
        if part and length + own > LONGEST_POLICY - 100:
            yield part
            part, length = [], 0
        part.append(statement)
        length += own
    if part:
        yield part


def _numbered(statements: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return statements whose names differ within the policy, as AWS asks."""
    seen: dict[str, int] = {}
    result = []
    for statement in statements:
        sid = statement["Sid"]
        seen[sid] = seen.get(sid, 0) + 1
        result.append({**statement, "Sid": sid if seen[sid] == 1 else f"{sid}{seen[sid]}"})
    return result
