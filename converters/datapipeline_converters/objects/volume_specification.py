"""VolumeSpecification: the kind and the size of a disk."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.ledger import exact
from datapipeline_converters.objects.component import Component
from datapipeline_converters.objects.later import for_cluster
from datapipeline_converters.plan import FieldText

_PLACE = "Instances.InstanceGroups[].EbsConfiguration.EbsBlockDeviceConfigs[].VolumeSpecification"


@dataclass(frozen=True, kw_only=True)
class VolumeSpecification(Component):
    """One EBS volume."""

    size_in_GB: int | None = None  # noqa: N815 - the field is sizeInGB
    volume_type: FieldText | None = None
    iops: int | None = None

    page = "emrcluster-example-ebs"
    awaits = "disks of EMR clusters"
    verdicts = {
        "iops": for_cluster(f"{_PLACE}.Iops"),
        "parent": exact("the parent's fields are applied"),
        "sizeInGB": for_cluster(f"{_PLACE}.SizeInGB"),
        "volumeType": for_cluster(f"{_PLACE}.VolumeType"),
    }
