"""VolumeSpecification: the kind and the size of a disk."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters import refusals
from datapipeline_converters.ledger import exact
from datapipeline_converters.objects.component import CannotConvertError, Component, Context
from datapipeline_converters.plan import Argument, FieldText


@dataclass(frozen=True, kw_only=True)
class VolumeSpecification(Component):
    """One EBS volume."""

    size_in_GB: int | None = None  # noqa: N815 - the field is sizeInGB
    volume_type: FieldText | None = None
    iops: int | None = None

    page = "emrcluster-example-ebs"
    verdicts = {
        "iops": exact("`Iops` of the disks"),
        "parent": exact("the parent's fields are applied"),
        "sizeInGB": exact("`SizeInGB` of the disks"),
        "volumeType": exact("`VolumeType` of the disks"),
    }

    def as_setting(self, context: Context) -> dict[str, Argument]:
        """Return a VolumeSpecification of EMR, which needs a kind and a size."""
        if self.size_in_GB is None or self.volume_type is None:
            raise CannotConvertError(refusals.NO_SIZE, id=self.id)
        context.realise(self)
        setting: dict[str, Argument] = {"VolumeType": self.volume_type, "SizeInGB": self.size_in_GB}
        if self.iops is not None:
            setting["Iops"] = self.iops
        return setting
