"""What was around the work, who it ran as and where it ran from: Airflow has it otherwise, and the user has to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Topic:
    """What is told together, once for all objects that say the same.

    :param sentence: what the user is told; `{objects}` are the objects and `{facts}` what they say
    """

    sentence: str


@dataclass(frozen=True)
class Surrounding:
    """One field's part in a topic.

    :param fact: how the field's values read, `{}` are the values
    :param unless: the field in whose presence this one means nothing, "" for none
    """

    topic: Topic
    fact: str
    unless: str = ""


_ROLE = Topic(
    "{facts} was who Data Pipeline acted as for {objects}: the AWS connection `aws_default` needs what it could do"
)
_PROFILE = Topic(
    "{facts} was who the work on {objects} ran as: the AWS connection `aws_default`, or else the Airflow worker itself, "
    "needs what it could do"
)
_CLUSTER = Topic(
    "{objects} has {facts}: the AWS connection `aws_default` needs leave to launch clusters and to pass these on "
    "(`iam:PassRole`)"
)
_REGION = Topic(
    "{objects} ran in the region {facts}: AWS commands that name none need it as `region_name` in the AWS connection "
    "`aws_default`"
)
_NETWORK = Topic("{objects} ran in {facts}: what does the work now needs the same ways through the network")
_MACHINE = Topic("{objects} had {facts}: what does the work now needs the same software, user and access")
_LOGS = Topic(
    "{objects} kept logs in {facts}: Airflow's own are where `remote_base_log_folder` in its [logging] section says"
)
_WORKERS = Topic(
    "{objects} waited for workers of the group {facts}: an Airflow worker of the default queue does the work now, and needs "
    "the software and the ways through the network that those had"
)
_PROXY = Topic(
    "{objects} is the proxy {facts} by which the work reached AWS: set `HTTPS_PROXY` for the Airflow workers if they need it"
)

ROLE: Mapping[str, Surrounding] = {"role": Surrounding(_ROLE, "The role {}")}
ACTIVITY: Mapping[str, Surrounding] = {
    "pipelineLogUri": Surrounding(_LOGS, "{}"),
    "workerGroup": Surrounding(_WORKERS, "{}", unless="runsOn"),
}
PROXY: Mapping[str, Surrounding] = {
    "hostname": Surrounding(_PROXY, "{}"),
    "port": Surrounding(_PROXY, "port {}"),
    "username": Surrounding(_PROXY, "user {}"),
    "windowsDomain": Surrounding(_PROXY, "the Windows domain {}"),
    "windowsWorkgroup": Surrounding(_PROXY, "the Windows workgroup {}"),
}
_PLACE: Mapping[str, Surrounding] = {
    "region": Surrounding(_REGION, "{}"),
    "availabilityZone": Surrounding(_NETWORK, "the availability zone {}"),
    "subnetId": Surrounding(_NETWORK, "the subnet {}"),
    "securityGroups": Surrounding(_NETWORK, "the security groups {}"),
    "securityGroupIds": Surrounding(_NETWORK, "the security groups {}"),
    "emrManagedMasterSecurityGroupId": Surrounding(_NETWORK, "the security group {} (master)"),
    "emrManagedSlaveSecurityGroupId": Surrounding(_NETWORK, "the security group {} (core and task)"),
    "additionalMasterSecurityGroupIds": Surrounding(_NETWORK, "the security groups {} (master)"),
    "additionalSlaveSecurityGroupIds": Surrounding(_NETWORK, "the security groups {} (core and task)"),
    "serviceAccessSecurityGroupId": Surrounding(_NETWORK, "the security group {} (service access)"),
    "imageId": Surrounding(_MACHINE, "the image {}"),
    "runAsUser": Surrounding(_MACHINE, "the user {}"),
    "keyPair": Surrounding(_MACHINE, "the key pair {} for logging in"),
}
MACHINE: Mapping[str, Surrounding] = {
    **ROLE,
    "resourceRole": Surrounding(_PROFILE, "The instance profile {}"),
    **_PLACE,
}
CLUSTER: Mapping[str, Surrounding] = {
    "role": Surrounding(_CLUSTER, "the service role {}"),
    "resourceRole": Surrounding(_CLUSTER, "the instance profile {}"),
}
