"""EbsConfiguration: the disks of a group of an EMR cluster's machines."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.definition import Ref
from datapipeline_converters.ledger import exact
from datapipeline_converters.objects.component import Component
from datapipeline_converters.objects.later import for_cluster


@dataclass(frozen=True, kw_only=True)
class EbsConfiguration(Component):
    """Which disks each machine of the group gets."""

    ebs_optimized: bool | None = None
    ebs_block_device_config: tuple[Ref, ...] = ()

    page = "emrcluster-example-ebs"
    awaits = "disks of EMR clusters"
    verdicts = {
        "ebsBlockDeviceConfig": for_cluster(
            "Instances.InstanceGroups[].EbsConfiguration.EbsBlockDeviceConfigs"
        ),
        "ebsOptimized": for_cluster("Instances.InstanceGroups[].EbsConfiguration.EbsOptimized"),
        "parent": exact("the parent's fields are applied"),
    }
