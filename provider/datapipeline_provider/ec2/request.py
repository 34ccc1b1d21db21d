"""Knows how the fields of an Ec2Resource are said to EC2 (dp-object-ec2resource)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from datapipeline_provider.hooks.ec2 import RESOURCE_TAG

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import timedelta

# Families of instances whose processors are Amazon's own, which need images for them: m6g, t4g, c7gn, im4gn, a1.
_ARM = re.compile(r"(a1|[a-z]+\d+g[a-z]*)\.")
# How much later than we do, the machine ends itself: should nobody of ours be there any more.
_AFTER_US_MINUTES = 5


def architecture(instance_type: str) -> str:
    """Return what processor a type of instances has, as images name it."""
    return "arm64" if _ARM.match(instance_type) else "x86_64"


def run_request(
    *,
    image_id: str,
    instance_type: str,
    resource: str,
    tags: Mapping[str, str],
    subnet_id: str | None = None,
    group_ids: Sequence[str] = (),
    key_pair: str | None = None,
    associate_public_ip_address: bool | None = None,
    availability_zone: str | None = None,
    instance_profile: str | None = None,
    terminate_after: timedelta | None = None,
) -> dict[str, Any]:
    """Return RunInstances' arguments for a machine that is paid for by the hour.

    :param resource: the value of RESOURCE_TAG
    :param group_ids: security groups
    :param instance_profile: its name or ARN
    """
    request: dict[str, Any] = {
        "ImageId": image_id,
        "InstanceType": instance_type,
        "InstanceInitiatedShutdownBehavior": "terminate",
        "TagSpecifications": [
            {"ResourceType": kind, "Tags": _listed({**tags, RESOURCE_TAG: resource})}
            for kind in ("instance", "volume")
        ],
    }
    network: dict[str, Any] = {"SubnetId": subnet_id} if subnet_id else {}
    if associate_public_ip_address is None:
        request |= network | ({"SecurityGroupIds": list(group_ids)} if group_ids else {})
    else:  # which is said of a network interface, and then the rest is too
        groups = {"Groups": list(group_ids)} if group_ids else {}
        address = {"AssociatePublicIpAddress": associate_public_ip_address}
        request["NetworkInterfaces"] = [{"DeviceIndex": 0, **network, **groups, **address}]
    if key_pair:
        request["KeyName"] = key_pair
    if availability_zone:
        request["Placement"] = {"AvailabilityZone": availability_zone}
    if instance_profile:
        kind = "Arn" if instance_profile.startswith("arn:") else "Name"
        request["IamInstanceProfile"] = {kind: instance_profile}
    if terminate_after is not None:
        minutes = int(terminate_after.total_seconds() // 60) + _AFTER_US_MINUTES
        request["UserData"] = f"#!/bin/sh\nshutdown -h +{minutes}\n"
    return request


def on_spot(request: Mapping[str, Any], price: str) -> dict[str, Any]:
    """Return the request for a machine of the Spot market.

    :param price: the highest hourly price in USD
    """
    options = {
        "MaxPrice": price,
        "SpotInstanceType": "one-time",
        "InstanceInterruptionBehavior": "terminate",
    }
    return {**request, "InstanceMarketOptions": {"MarketType": "spot", "SpotOptions": options}}


def _listed(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
