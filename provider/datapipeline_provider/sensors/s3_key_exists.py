"""The precondition S3KeyExists."""

from __future__ import annotations

from typing import Any

from datapipeline_provider.sensors.presence import Presence
from datapipeline_provider.sensors.s3_precondition import S3PreconditionSensor


class S3KeyExistsSensor(S3PreconditionSensor):
    """Waits until an object exists in S3 (dp-object-S3KeyExists). Nothing in the key is a wildcard.

    :param s3_key: `s3://bucket/key`; templated.
    :param kwargs: the arguments of S3PreconditionSensor and of every Airflow sensor.
    :raises S3AddressError: in `execute`, if the rendered text is not an S3 address with a key.
    """

    template_fields = ("s3_key",)

    def __init__(self, *, s3_key: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.s3_key = s3_key

    @property
    def presence(self) -> Presence:
        """What is waited for; after rendering."""
        return Presence.of(self.s3_key, whole=True)
