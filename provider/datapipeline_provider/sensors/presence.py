"""Knows how S3 is asked whether something is there, with a client that waits or one that does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from datapipeline_provider.s3 import address

if TYPE_CHECKING:
    from collections.abc import Mapping

_MISSING = {"404", "NoSuchKey", "NotFound"}


class Presence(NamedTuple):
    """One question to S3.

    :param bucket: the bucket's name.
    :param key: the object's key, or what the keys start with.
    :param whole: True asks for exactly this key, False for any key that starts with it.
    """

    bucket: str
    key: str
    whole: bool

    @classmethod
    def of(cls, text: str, *, whole: bool) -> Presence:
        """Read `s3://bucket/key`; S3AddressError if it is not one, or has no key where one is needed."""
        bucket, key = address.split(text)
        if whole and not key:
            raise address.S3AddressError(text)
        return cls(bucket, key, whole)

    def __str__(self) -> str:
        return address.join(self.bucket, self.key + ("" if self.whole else "*"))

    def request(self) -> tuple[str, dict[str, Any]]:
        """Return the client's method to call, and its arguments."""
        if self.whole:
            return "head_object", {"Bucket": self.bucket, "Key": self.key}
        return "list_objects_v2", {"Bucket": self.bucket, "Prefix": self.key, "MaxKeys": 1}

    def confirmed_by(self, answer: Mapping[str, Any]) -> bool:
        """Say whether the method's answer means that it is there."""
        return self.whole or answer["KeyCount"] > 0


def is_missing(error: Exception) -> bool:
    """Say whether a client's error means that there is no such object, not that the question failed."""
    response: Mapping[str, Any] = getattr(error, "response", {})
    return response.get("Error", {}).get("Code") in _MISSING
