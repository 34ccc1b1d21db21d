"""EbsBlockDeviceConfig: equal disks of each machine."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters import refusals
from datapipeline_converters.definition import Ref
from datapipeline_converters.ledger import exact
from datapipeline_converters.objects.component import CannotConvertError, Component, Context
from datapipeline_converters.plan import Argument


@dataclass(frozen=True, kw_only=True)
class EbsBlockDeviceConfig(Component):
    """How many disks of one kind."""

    volumes_per_instance: int | None = None
    volume_specification: Ref | None = None

    page = "emrcluster-example-ebs"
    verdicts = {
        "parent": exact("the parent's fields are applied"),
        "volumeSpecification": exact("`VolumeSpecification` of the disks"),
        "volumesPerInstance": exact("`VolumesPerInstance` of the disks"),
    }

    def as_setting(self, context: Context) -> dict[str, Argument]:
        """Return an EbsBlockDeviceConfig of EMR."""
        if self.volume_specification is None:
            raise CannotConvertError(refusals.NO_VOLUME, id=self.id)
        context.realise(self)
        setting: dict[str, Argument] = {
            "VolumeSpecification": context.get(self.volume_specification).as_setting(context)
        }
        if self.volumes_per_instance is not None:
            setting["VolumesPerInstance"] = self.volumes_per_instance
        return setting
