"""EbsConfiguration: the disks of a group of an EMR cluster's machines."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.definition import Ref
from datapipeline_converters.ledger import exact
from datapipeline_converters.objects.component import Component, Context
from datapipeline_converters.plan import Argument


@dataclass(frozen=True, kw_only=True)
class EbsConfiguration(Component):
    """Which disks each machine of the group gets."""

    ebs_optimized: bool | None = None
    ebs_block_device_config: tuple[Ref, ...] = ()

    page = "emrcluster-example-ebs"
    verdicts = {
        "ebsBlockDeviceConfig": exact("`EbsBlockDeviceConfigs` of the group of machines"),
        "ebsOptimized": exact("`EbsOptimized` of the group of machines"),
        "parent": exact("the parent's fields are applied"),
    }

    def as_setting(self, context: Context) -> dict[str, Argument]:
        """Return an EbsConfiguration of EMR."""
        context.realise(self)
        setting: dict[str, Argument] = {}
        if self.ebs_optimized is not None:
            setting["EbsOptimized"] = self.ebs_optimized
        if self.ebs_block_device_config:
            disks = [context.get(ref).as_setting(context) for ref in self.ebs_block_device_config]
            setting["EbsBlockDeviceConfigs"] = disks
        return setting
