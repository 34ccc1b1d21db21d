"""S3PrefixNotEmpty: waits until there is any object below a prefix in S3."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.ledger import exact, verdict_table
from datapipeline_converters.objects.component import Context
from datapipeline_converters.objects.runnable import SYSTEM_PRECONDITION, SystemPrecondition
from datapipeline_converters.plan import Call, FieldText


@dataclass(frozen=True, kw_only=True)
class S3PrefixNotEmpty(SystemPrecondition):
    """Passes when at least one object's key starts with the prefix."""

    s3_prefix: FieldText

    page = "dp-object-s3prefixnotempty"
    verdicts = verdict_table(SYSTEM_PRECONDITION, {"s3Prefix": exact("the sensor's `s3_prefix`")})

    def operator(self, context: Context) -> Call:
        """Return the sensor."""
        return Call(
            "datapipeline_provider.sensors.s3_prefix_not_empty.S3PrefixNotEmptySensor",
            {"s3_prefix": self.s3_prefix},
        )
