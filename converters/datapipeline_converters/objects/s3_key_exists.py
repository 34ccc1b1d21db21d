"""S3KeyExists: waits until an object is in S3."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.ledger import exact, verdict_table
from datapipeline_converters.objects.component import Context
from datapipeline_converters.objects.runnable import SYSTEM_PRECONDITION, SystemPrecondition
from datapipeline_converters.plan import Call, FieldText


@dataclass(frozen=True, kw_only=True)
class S3KeyExists(SystemPrecondition):
    """Passes when the object with exactly this key exists."""

    s3_key: FieldText

    page = "dp-object-S3KeyExists"
    verdicts = verdict_table(SYSTEM_PRECONDITION, {"s3Key": exact("the sensor's `s3_key`")})

    def operator(self, context: Context) -> Call:
        """Return the sensor."""
        return Call("datapipeline_provider.sensors.s3_key_exists.S3KeyExistsSensor", {"s3_key": self.s3_key})
