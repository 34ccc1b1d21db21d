"""The client of EC2: few calls, each of which may be repeated without doing anything twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from datapipeline_provider.hooks.aws import AwsHook, code_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

RESOURCE_TAG = "datapipeline:resource"
"""The tag by which a run finds the machines that a task of it has launched."""
COMING = frozenset({"pending", "running"})
"""The states of an instance that runs, or will."""
NOT_ENDED = ("pending", "running", "stopping", "stopped", "shutting-down")
_UNKNOWN = frozenset({"InvalidInstanceID.NotFound"})


class Instance(NamedTuple):
    """What EC2 says of an instance.

    :param state: `pending`, `running`, `stopping`, `stopped`, `shutting-down` or `terminated`
    :param reason: why it is not running, "" if EC2 does not say
    """

    id: str
    state: str
    launched: datetime
    reason: str
    private_ip: str = ""

    @property
    def why(self) -> str:
        """Its state and the reason, as a part of a sentence."""
        return f"{self.state}: {self.reason}" if self.reason else self.state


class Ec2Hook(AwsHook):
    """EC2, as one connection reaches it."""

    service = "ec2"

    def launch(self, request: Mapping[str, Any], token: str) -> Instance:
        """Launch an instance; the same one again, whatever has become of it, for the same token.

        :param request: RunInstances' arguments
        """
        answer = self.client.run_instances(**request, MinCount=1, MaxCount=1, ClientToken=token)
        return _instance(answer["Instances"][0])

    def instance(self, instance_id: str) -> Instance | None:
        """Return an instance; None for one that EC2 has forgotten, or does not know yet."""
        from botocore.exceptions import ClientError

        try:
            return next(self._described(InstanceIds=[instance_id]), None)
        except ClientError as error:
            if code_of(error) in _UNKNOWN:
                return None
            raise

    def instances(self, resource: str, states: Sequence[str] = NOT_ENDED) -> list[Instance]:
        """Return the instances of a resource of a run that are in one of some states.

        :param resource: the value of RESOURCE_TAG
        """
        wanted = [
            {"Name": f"tag:{RESOURCE_TAG}", "Values": [resource]},
            {"Name": "instance-state-name", "Values": list(states)},
        ]
        return list(self._described(Filters=wanted))

    def terminate(self, instance_ids: Sequence[str]) -> None:
        """Have instances ended; returns before they are."""
        if instance_ids:
            self.client.terminate_instances(InstanceIds=list(instance_ids))

    def group_ids(self, names: Sequence[str], subnet_id: str | None) -> list[str]:
        """Return the ids of security groups, in the network of a subnet if one is given.

        :raises LookupError: if there is none of a name
        """
        wanted = [{"Name": "group-name", "Values": list(names)}]
        if subnet_id:
            subnet = self.client.describe_subnets(SubnetIds=[subnet_id])["Subnets"][0]
            wanted.append({"Name": "vpc-id", "Values": [subnet["VpcId"]]})
        found = self.client.describe_security_groups(Filters=wanted)["SecurityGroups"]
        ids = {group["GroupName"]: group["GroupId"] for group in found}
        if missing := [name for name in names if name not in ids]:
            raise LookupError(f"there is no security group {', '.join(map(repr, missing))}")
        return [ids[name] for name in names]

    def _described(self, **wanted: Any) -> Iterator[Instance]:
        for page in self.client.get_paginator("describe_instances").paginate(**wanted):
            for reservation in page["Reservations"]:
                yield from map(_instance, reservation["Instances"])


def _instance(said: Mapping[str, Any]) -> Instance:
    reason = said.get("StateReason", {}).get("Message") or said.get("StateTransitionReason") or ""
    return Instance(
        said["InstanceId"],
        said["State"]["Name"],
        said["LaunchTime"],
        reason.rstrip("."),
        said.get("PrivateIpAddress") or "",
    )
