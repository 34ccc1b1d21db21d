"""Knows how S3 is asked whether something is there, by a client that waits or by one that does not.

S3 hides from those who may not list a bucket what it does not hold: it answers 403 for what they may not read and for
what is not there. So a refusal is looked at from another side before it is believed:

1. Who may list the bucket is told by a list what is there, whatever it may read.
2. Who may not is told by the body of a GET which right is missing, in buckets of the same account or organisation:
   where that is `s3:ListBucket`, S3 would have given the object, had it been there.
3. Where it says no such thing, nobody can tell, and waiting would hide a mistake for ever: it is an error.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from typing import Any, NamedTuple, TypeAlias

from datapipeline_provider.s3 import address
from datapipeline_provider.sensors._precondition import RefusedError

_MISSING = {"404", "NoSuchKey", "NotFound"}
_FORBIDDEN, _SERVER_ERROR = 403, 500
_LACKS_LIST = re.compile(r"not authorized to perform: s3:ListBucket\b")


class Question(NamedTuple):
    """One request to S3: the client's method and its arguments."""

    method: str
    arguments: Mapping[str, Any]


# Gives questions, takes each one's answer, which may be the client's error, and returns whether it is there.
Dialogue: TypeAlias = Generator[Question, Any, bool]


class S3RefusedError(RefusedError):
    """S3 does not say whether something is there."""

    def __init__(self, presence: Presence, said: str, aws_conn_id: str | None) -> None:
        bucket = f"arn:aws:s3:::{presence.bucket}"
        what, rights = f"{presence} cannot be waited for", f"s3:ListBucket on {bucket}"
        hidden = ""
        if presence.whole:
            rights = f"s3:GetObject on {bucket}/{presence.key} and {rights}"
            hidden = " Without the second S3 answers the same for what may not be read and for what is not there yet."
        who = f"the connection {aws_conn_id!r}" if aws_conn_id else "the worker's own AWS identity"
        super().__init__(f"{what}: S3 refuses {who} ({said}). It needs {rights}.{hidden}")


class Presence(NamedTuple):
    """Something that may be in S3.

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

    def dialogue(self, aws_conn_id: str | None) -> Dialogue:
        """Ask until it is known whether it is there.

        :param aws_conn_id: who asks; for the error.
        :raises S3RefusedError: if a right is missing.
        :raises ClientError: any other error that was an answer, such as that there is no such bucket.
        """
        return self._exactly(aws_conn_id) if self.whole else self._anything(aws_conn_id)

    def _anything(self, aws_conn_id: str | None) -> Dialogue:
        try:
            found = yield from _put(self._list())
        except Exception as error:
            if not _is_refused(error):
                raise
            raise S3RefusedError(self, _said(error), aws_conn_id) from error
        return bool(found.get("Contents"))

    def _exactly(self, aws_conn_id: str | None) -> Dialogue:
        place = {"Bucket": self.bucket, "Key": self.key}
        try:
            yield from _put(Question("head_object", place))
        except Exception as error:
            hidden = _is_refused(error)
            if not (hidden or is_missing(error)):
                raise
        else:
            return True
        try:
            found = yield from _put(
                self._list()
            )  # it tells of a bucket that there is not, too; a HEAD does not
        except Exception as error:
            if not _is_refused(error):
                raise
        else:
            # The first key that starts with a key is this key.
            return any(each["Key"] == self.key for each in found.get("Contents", ()))
        if not hidden:
            return False
        try:
            yield from _put(Question("get_object", {**place, "Range": "bytes=0-0"}))
        except Exception as error:
            if is_missing(error) or _LACKS_LIST.search(_said(error)):
                return False
            if not _is_refused(error):
                raise
            raise S3RefusedError(self, _said(error), aws_conn_id) from error
        return True

    def _list(self) -> Question:
        return Question("list_objects_v2", {"Bucket": self.bucket, "Prefix": self.key, "MaxKeys": 1})


def ask(client: Any, dialogue: Dialogue) -> bool:
    """Have a client of boto3 ask all questions; returns whether it is there."""
    question = _next(dialogue, None)
    while not isinstance(question, bool):
        try:
            answer = getattr(client, question.method)(**question.arguments)
        except Exception as error:  # noqa: BLE001 - the dialogue judges it
            answer = error
        question = _next(dialogue, answer)
    return question


async def ask_async(client: Any, dialogue: Dialogue) -> bool:
    """Do the same with a client of aiobotocore."""
    question = _next(dialogue, None)
    while not isinstance(question, bool):
        try:
            answer = await getattr(client, question.method)(**question.arguments)
        except Exception as error:  # noqa: BLE001 - the dialogue judges it
            answer = error
        question = _next(dialogue, answer)
    return question


def _next(dialogue: Dialogue, answer: object) -> Question | bool:
    """Give the next question, or at the end whether it is there."""
    try:
        return dialogue.send(answer)
    except StopIteration as end:
        return bool(end.value)


def is_passing(error: Exception) -> bool:
    """Say whether an error of a client is one of S3's, or of the network's, that is likely to be over soon."""
    from botocore import exceptions

    if isinstance(error, exceptions.ConnectionError | exceptions.HTTPClientError):
        return True
    return _status(error) >= _SERVER_ERROR or _about(error).get("Code") == "RequestTimeout"


def is_missing(error: Exception) -> bool:
    """Say whether a client's error means that there is no such object, not that the question failed."""
    return _about(error).get("Code") in _MISSING


def _put(question: Question) -> Generator[Question, Any, Mapping[str, Any]]:
    """Give one question, and return its answer; raises the answer that is an error."""
    answer = yield question
    if isinstance(answer, Exception):
        raise answer
    found: Mapping[str, Any] = answer
    return found


def _is_refused(error: Exception) -> bool:
    return _status(error) == _FORBIDDEN


def _status(error: Exception) -> int:
    return int(_response(error).get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def _said(error: Exception) -> str:
    about = _about(error)
    return ": ".join(filter(None, [about.get("Code"), about.get("Message", "").rstrip(".")]))


def _about(error: Exception) -> Mapping[str, Any]:
    about: Mapping[str, Any] = _response(error).get("Error", {})
    return about


def _response(error: Exception) -> Mapping[str, Any]:
    return getattr(error, "response", None) or {}  # errors of the network have None
