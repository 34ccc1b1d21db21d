"""Checks whether a definition follows what the guide advises, and is free of what never works."""

from __future__ import annotations

from collections.abc import Iterator

from datapipeline_converters.inheritance import EffectiveObject
from datapipeline_converters.plain_secrets import find_plain_secrets
from datapipeline_converters.validation.finding import Finding
from datapipeline_converters.validation.subject import Subject

_MACHINES = frozenset({"Ec2Resource", "EmrCluster"})


def check_advice(subject: Subject) -> Iterator[Finding]:
    """Yield what AWS warns of, or lets pass though it does not do what it says."""
    for repair in subject.definition.repairs:
        object_id, _, key = repair.place.partition(".")
        known = object_id in subject.definition.objects
        place = (object_id, key) if known else ("", repair.place)
        yield subject.at("repaired-input", *place, f"{repair.text}.")
    for secret in find_plain_secrets(subject.definition):
        place = secret.object_id, secret.field
        if secret.parameter:
            place = "", f"parameter {secret.object_id.removeprefix('*')!r}"
        yield subject.at("plain-text-secret", *place, f"a secret stands here in plain text: {secret.kind}.")
    typed = list(subject.typed)
    if typed and not any(subject.has(item, "pipelineLogUri") for item, _ in typed):
        text = "is missing: AWS keeps no logs without it."
        yield subject.at("missing-log-uri", subject.giver, "pipelineLogUri", text)
    for item, spec in typed:
        if spec.name in _MACHINES and not subject.has(item, "terminateAfter"):
            text = "is missing: if its work hangs, the machine runs, and costs, without end."
            yield subject.at("missing-terminate-after", item.id, "terminateAfter", text)
        yield from _never_works(subject, item)


def _never_works(subject: Subject, item: EffectiveObject) -> Iterator[Finding]:
    if subject.has(item, "onLateAction") and not subject.has(item, "lateAfterTimeout"):
        text = "never runs: lateAfterTimeout is missing, which says when the object is late."
        yield subject.at(
            "late-action-without-timeout", item.fields["onLateAction"].owner, "onLateAction", text
        )
    if item.type == "ShellCommandActivity" and subject.word(item, "stage") == "true":
        for node in subject.targets(item, "output"):
            if node.type == "S3DataNode" and not subject.has(node, "directoryPath"):
                text = f"{node.id!r} has no directoryPath: nothing is uploaded to a file."
                yield subject.at("staging-needs-directory", item.id, "output", text)
    if item.type == "DynamoDBDataNode":
        for precondition in subject.targets(item, "precondition"):
            if precondition.type == "Exists":
                text = f"{precondition.id!r} is an Exists, which does not work on a DynamoDBDataNode."
                yield subject.at("exists-on-dynamodb", item.id, "precondition", text)
    if item.type == "EmrCluster" and subject.has(item, "releaseLabel"):
        for key in ("amiVersion", "hadoopVersion"):
            if subject.has(item, key):
                text = "is given together with releaseLabel; a cluster has one of them."
                yield subject.at("release-and-ami", item.fields[key].owner, key, text)
