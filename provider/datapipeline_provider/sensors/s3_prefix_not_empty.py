"""The precondition S3PrefixNotEmpty."""

from __future__ import annotations

from typing import Any

from datapipeline_provider.sensors.presence import Presence
from datapipeline_provider.sensors.s3_precondition import S3PreconditionSensor


class S3PrefixNotEmptySensor(S3PreconditionSensor):
    """Waits until some object's key starts with a prefix (dp-object-S3PrefixNotEmpty).

    :param s3_prefix: `s3://bucket/prefix`; templated. Compared character by character: `s3://b/day` is also
        fulfilled by `s3://b/days/x`. Without a prefix any object of the bucket will do.
    :param kwargs: the arguments of S3PreconditionSensor and of every Airflow sensor.
    :raises S3AddressError: in `execute`, if the rendered text is not an S3 address.
    """

    template_fields = ("s3_prefix",)

    def __init__(self, *, s3_prefix: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.s3_prefix = s3_prefix

    @property
    def presence(self) -> Presence:
        """What is waited for; after rendering."""
        return Presence.of(self.s3_prefix, whole=False)
