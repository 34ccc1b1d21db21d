"""EbsBlockDeviceConfig: equal disks of each machine."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.definition import Ref
from datapipeline_converters.ledger import exact
from datapipeline_converters.objects.component import Component
from datapipeline_converters.objects.later import for_cluster

_PLACE = "Instances.InstanceGroups[].EbsConfiguration.EbsBlockDeviceConfigs[]"


@dataclass(frozen=True, kw_only=True)
class EbsBlockDeviceConfig(Component):
    """How many disks of one kind."""

    volumes_per_instance: int | None = None
    volume_specification: Ref | None = None

    page = "emrcluster-example-ebs"
    awaits = "disks of EMR clusters"
    verdicts = {
        "parent": exact("the parent's fields are applied"),
        "volumeSpecification": for_cluster(f"{_PLACE}.VolumeSpecification"),
        "volumesPerInstance": for_cluster(f"{_PLACE}.VolumesPerInstance"),
    }
