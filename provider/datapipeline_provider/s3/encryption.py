"""What S3 is told about encryption when an object is written."""

from __future__ import annotations

from datapipeline_provider.exceptions import DatapipelineError

# Data Pipeline's words (dp-object-s3datanode): keys managed by S3, or the bucket's own default.
ENCRYPTIONS: dict[str, dict[str, str]] = {
    "SERVER_SIDE_ENCRYPTION": {"ServerSideEncryption": "AES256"},
    "NONE": {},
}


class EncryptionError(DatapipelineError):
    """An encryption that S3 is not asked for here."""

    def __init__(self, what: str, value: object, valid: str) -> None:
        super().__init__(f"S3DataNode: {what} is {value!r}; valid: {valid}.")


def check(encryption: str, kms_key_id: str | None) -> None:
    """Raise EncryptionError for another word, or for a key where no encryption is asked for."""
    if encryption not in ENCRYPTIONS:
        raise EncryptionError("s3_encryption_type", encryption, ", ".join(ENCRYPTIONS))
    if kms_key_id is not None and encryption == "NONE":
        raise EncryptionError(
            "kms_key_id", kms_key_id, "a key only with s3_encryption_type SERVER_SIDE_ENCRYPTION"
        )


def write_arguments(encryption: str, kms_key_id: str | None) -> dict[str, str]:
    """Give boto3's arguments for an object that is written.

    :param encryption: one of ENCRYPTIONS.
    :param kms_key_id: a key of KMS (its id, ARN or alias), with which S3 encrypts instead of its own.
    """
    if kms_key_id:
        return {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": kms_key_id}
    return dict(ENCRYPTIONS[encryption])
