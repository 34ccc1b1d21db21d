"""Which machines and EMR releases a pipeline asks for that AWS has retired or is about to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from datapipeline_converters.assessment.subject import Subject
from datapipeline_converters.assessment.summary import Finding

_INSTANCE_FIELDS = ("instanceType", "masterInstanceType", "coreInstanceType", "taskInstanceType")
_INSTANCE_TYPE = re.compile(r"\s*([a-z][a-z0-9-]*)\.([a-z0-9-]+)\s*")

# Families that EC2's DescribeInstanceTypes no longer knows, looked up in its answers of 2025, with what came after them.
_WITHDRAWN: Mapping[str, str] = {
    "cc1": "c5",
    "cc2": "c5",
    "cg1": "g4dn",
    "cr1": "r5",
    "g2": "g4dn",
    "g3": "g4dn",
    "g3s": "g4dn",
    "hi1": "i3",
    "hs1": "d3",
    "p2": "g4dn",
}
# Families that it calls previous generation (`currentGeneration` is false) and that are older than 2017; the
# same source and date. AWS sells them where there are some left, and not in newer regions.
_PREVIOUS: Mapping[str, str] = {
    "c1": "c5",
    "c3": "c5",
    "c4": "c5",
    "d2": "d3",
    "i2": "i3",
    "m1": "m5",
    "m2": "r5",
    "m3": "m5",
    "m4": "m5",
    "r3": "r5",
    "r4": "r5",
    "t1": "t3",
}
_RELEASE = re.compile(r"\s*(?:emr-)?(\d{1,3})\.(\d{1,3})(?:\.\d{1,3})?\s*")
_NEW_RELEASE = "Choose a release of the 7 line (--release-label), and test the applications on it: Hadoop, Hive and Spark have changed."


def retired_machines(subject: Subject) -> Iterator[Finding]:
    """Yield what is retired: instance types of machines and clusters, EMR releases and AMI versions."""
    for item in subject.objects("Ec2Resource", "EmrCluster"):
        for field, known in subject.texts(item, *_INSTANCE_FIELDS):
            yield from _instance_type(item.id, field, known.text, on_worker=item.type == "Ec2Resource")
    for item in subject.objects("EmrCluster"):
        for field, known in subject.texts(item, "releaseLabel", "amiVersion"):
            yield from _release(item.id, field, known.text, ami=field == "amiVersion")
        for field, known in subject.texts(item, "hadoopVersion"):
            # The same page: AMI versions 2 and 3 alone are chosen by it.
            why = "clusters are chosen by release label since EMR 4; this names the software of AMI versions 2 and 3"
            what = f"Hadoop {known.text}" if _RELEASE.fullmatch(known.text) else "hadoopVersion"
            yield Finding(item.id, field, what, why, _NEW_RELEASE, serious=False)


def _instance_type(object_id: str, field: str, text: str, *, on_worker: bool) -> Iterator[Finding]:
    match = _INSTANCE_TYPE.fullmatch(text)
    if match is None:
        return
    family, size = match.groups()
    successor = _WITHDRAWN.get(family) or _PREVIOUS.get(family)
    if successor is None:
        return
    why = "no longer offered by EC2" if family in _WITHDRAWN else "previous generation: not in newer regions"
    if on_worker:
        advice = (
            "No machine is launched, unless you choose so (--run-on ec2): see that the Airflow worker has as much memory and "
            "disk."
        )
        yield Finding(object_id, field, f"{family}.{size}", why, advice, serious=False)
    else:
        advice = (
            f"Choose a type of the {successor} family or newer that this EMR release takes (--instance-type)."
        )
        yield Finding(object_id, field, f"{family}.{size}", why, advice, serious=family in _WITHDRAWN)


def _release(object_id: str, field: str, text: str, *, ami: bool) -> Iterator[Finding]:
    match = _RELEASE.fullmatch(text)
    if match is None:
        return
    version = int(match[1]), int(match[2])
    name = f"AMI {text.strip()}" if ami else f"emr-{text.strip().removeprefix('emr-')}"
    if version <= (3, 10):
        # EMR Developer Guide, "Amazon EMR 2.x and 3.x AMI versions": no new clusters after 4 December 2023.
        why = "no cluster can be created with it since 4 December 2023 (TLS 1.2)"
        yield Finding(object_id, field, name, why, _NEW_RELEASE)
    elif version < (4, 0):
        # The same page: kept for existing solutions only.
        why = "kept for existing solutions only, with outdated applications"
        yield Finding(object_id, field, name, why, _NEW_RELEASE, serious=False)
    elif version < (5, 36) or (6, 0) <= version < (6, 6):
        # EMR Management Guide, "Using the default Amazon Linux AMI": updates since 5.36, 6.6 and 7.0.
        why = "its machine image gets no updates of Amazon Linux any more (before 5.36, or 6.0 to 6.5)"
        yield Finding(object_id, field, name, why, _NEW_RELEASE, serious=False)
